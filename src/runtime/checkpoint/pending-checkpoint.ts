import type { StoredFile, SubtaskSnapshot } from "../task/task-contract.ts";
import type { CheckpointMetadata, EnumeratorSnapshot, VertexShape } from "./metadata.ts";

/**
 * A checkpoint between its trigger and its end. It owns who still has to acknowledge, what was acknowledged, and which
 * step it has reached; what follows from a step is the coordinator's.
 *
 * Steps: collecting → writing (the metadata file) → publishing (the pointer) → completed. It may be aborted while it
 * collects or writes, and no later: once the pointer's compare-and-set is under way only its outcome decides.
 */
export class PendingCheckpoint {
  readonly id: number;
  readonly plan: CheckpointPlan;
  readonly triggeredAtMs: number;
  readonly startedAtMs: number;
  enumerators: readonly EnumeratorSnapshot[] | undefined;
  #step: CheckpointStep = "collecting";
  readonly #awaited = new Set<string>();
  readonly #acknowledged = new Map<string, SubtaskSnapshot>();

  constructor(
    id: number,
    plan: CheckpointPlan,
    times: { readonly triggeredAtMs: number; readonly startedAtMs: number },
  ) {
    this.id = id;
    this.plan = plan;
    this.triggeredAtMs = times.triggeredAtMs;
    this.startedAtMs = times.startedAtMs;
    for (const execution of plan.awaited) this.#awaited.add(execution);
  }

  get step(): CheckpointStep {
    return this.#step;
  }

  /** Every expected subtask and every enumerator is in. */
  get whole(): boolean {
    return this.enumerators !== undefined && this.#acknowledged.size === this.#awaited.size;
  }

  acknowledge(execution: string, snapshot: SubtaskSnapshot): AckOutcome {
    if (!this.#awaited.has(execution)) return "unknown-task";
    if (this.#acknowledged.has(execution)) return "duplicate";
    if (this.#step !== "collecting") return "discarded";
    this.#acknowledged.set(execution, snapshot);
    return "accepted";
  }

  awaits(execution: string): boolean {
    return this.#step === "collecting" && this.#awaited.has(execution) && !this.#acknowledged.has(execution);
  }

  /** Subtasks that have not acknowledged: whom an expiry blames. */
  missing(): string[] {
    return [...this.#awaited].filter(execution => !this.#acknowledged.has(execution));
  }

  /** False says that the transition came too late and nothing changed. */
  advance(from: CheckpointStep, to: CheckpointStep): boolean {
    if (this.#step !== from) return false;
    this.#step = to;
    return true;
  }

  /** False says that it can no longer be aborted, or was already. */
  abort(): boolean {
    if (this.#step !== "collecting" && this.#step !== "writing") return false;
    this.#step = "aborted";
    return true;
  }

  /** State files that were acknowledged so far. */
  files(): StoredFile[] {
    return [...this.#acknowledged.values()].flatMap(snapshot => snapshot.files);
  }

  metadata(job: string, leader: number): CheckpointMetadata {
    return {
      job,
      checkpoint: this.id,
      leader,
      attempt: this.plan.attempt,
      triggeredAtMs: this.triggeredAtMs,
      vertices: this.plan.vertices,
      subtasks: [...this.plan.awaited.map(execution => this.#acknowledged.get(execution)!), ...this.plan.finished],
      enumerators: this.enumerators ?? [],
    };
  }
}

export type CheckpointStep = "collecting" | "writing" | "publishing" | "completed" | "aborted";

export type AckOutcome = "accepted" | "duplicate" | "unknown-task" | "discarded";

/** Who takes part in a checkpoint, fixed at its trigger. */
export interface CheckpointPlan {
  readonly attempt: number;
  /** Executions that must acknowledge, in order of vertex and subtask. */
  readonly awaited: readonly string[];
  /** What stands for subtasks that finished before. */
  readonly finished: readonly SubtaskSnapshot[];
  readonly vertices: readonly VertexShape[];
}
