import type { Host, Timer } from "../../host/host.ts";
import type { CheckpointStorage, DeclineReason, SubtaskSnapshot } from "../task/task-contract.ts";
import type { CheckpointStore } from "./checkpoint-store.ts";
import { pathsOf, type CompletedCheckpoint } from "./checkpoint-store.ts";
import type { Discarder } from "./discarder.ts";
import { writeMetadata, type EnumeratorSnapshot } from "./metadata.ts";
import { PendingCheckpoint, type AckOutcome, type CheckpointPlan } from "./pending-checkpoint.ts";
import { isStorageFailure } from "./storage.ts";

/**
 * Takes the checkpoints of one running job: when to trigger, what each acknowledgement means, when one is complete, and
 * what an abort costs. It owns the pending checkpoint; the completed ones are the store's, the tasks the scheduler's.
 *
 * Order of one checkpoint: enumerators' state → triggers → all acknowledgements → metadata durable → pointer → notify →
 * discard what is subsumed. One at a time. A coordinator serves one execution attempt: it is made when every subtask runs
 * and stopped when the attempt ends, so that no failure, timer or acknowledgement of one attempt reaches the next.
 */
export class CheckpointCoordinator {
  readonly #host: Host;
  readonly #job: CheckpointedJob;
  readonly #settings: CheckpointSettings;
  readonly #ids: { nextCheckpoint(): Promise<number> };
  readonly #store: CheckpointStore;
  readonly #storage: CheckpointStorage;
  readonly #discarder: Discarder;
  #active = true;
  #pending: PendingCheckpoint | undefined;
  #triggering = false;
  #triggerTimer: Timer | undefined;
  #expiryTimer: Timer | undefined;
  #lastTriggerMs: number;
  #lastEndMs: number | undefined;
  #failures = 0;
  /** All sources have ended: the checkpoint that commits the last epoch does not wait for the interval. */
  #urgent = false;
  /** The pointer write that is under way: it must be decided before a restore takes the newest checkpoint. */
  #publishing: Promise<unknown> = Promise.resolve();

  constructor(parts: CoordinatorParts) {
    this.#host = parts.host;
    this.#job = parts.job;
    this.#settings = parts.settings;
    this.#ids = parts.ids;
    this.#store = parts.store;
    this.#storage = parts.storage;
    this.#discarder = parts.discarder;
    this.#lastTriggerMs = parts.host.clock.monotonic();
    this.#schedule();
  }

  /**
   * The attempt ends. Resolves when no checkpoint can complete any more: an abortable one is aborted, and one whose
   * pointer is being written is waited for.
   */
  async stop(): Promise<void> {
    this.#active = false;
    this.#triggerTimer?.cancel();
    if (this.#pending !== undefined) this.#abort(this.#pending, "stopped");
    await this.#publishing;
  }

  sourcesEnded(): void {
    this.#urgent = true;
    this.#schedule();
  }

  acknowledge(execution: string, checkpoint: number, snapshot: SubtaskSnapshot): AckOutcome {
    const pending = this.#pending;
    const outcome = pending?.id === checkpoint ? pending.acknowledge(execution, snapshot) : "discarded";
    if (outcome === "accepted") {
      this.#host.emit({
        event: "checkpoint.ack",
        subtask: subtaskOf(snapshot),
        checkpoint,
        attempt: pending!.plan.attempt,
      });
      if (pending!.whole) this.#finish(pending!);
    } else if (outcome !== "duplicate") {
      this.#discardUnaddressed(snapshot.files.map(file => file.path));
    }
    return outcome;
  }

  decline(execution: string, checkpoint: number, reason: DeclineReason): void {
    const pending = this.#pending;
    if (pending?.id === checkpoint && pending.awaits(execution)) this.#abort(pending, reason);
  }

  /** A subtask ended by itself: it will not acknowledge what it has not acknowledged. */
  executionEnded(execution: string): void {
    if (this.#pending?.awaits(execution)) this.#abort(this.#pending, "task-finishing");
  }

  #schedule(): void {
    this.#triggerTimer?.cancel();
    this.#triggerTimer = undefined;
    if (!this.#active || this.#pending !== undefined || this.#triggering) return;
    const now = this.#host.clock.monotonic();
    const due = this.#urgent ? now : this.#lastTriggerMs + this.#settings.intervalMs;
    const earliest = this.#pauseEndsMs(now);
    const delayMs = Math.max(due, earliest, now) - now;
    if (delayMs === 0) void this.#trigger();
    else this.#triggerTimer = this.#host.timer(delayMs, () => void this.#trigger());
  }

  /** The clock shows whole milliseconds: an end that was earlier than now may have been up to one later than it shows. */
  #pauseEndsMs(now: number): number {
    const { minPauseMs } = this.#settings;
    if (this.#lastEndMs === undefined || minPauseMs === 0) return now;
    return this.#lastEndMs + minPauseMs + (this.#lastEndMs < now ? 1 : 0);
  }

  async #trigger(): Promise<void> {
    this.#triggerTimer = undefined;
    this.#lastTriggerMs = this.#host.clock.monotonic();
    this.#triggering = true;
    const id = await this.#ids.nextCheckpoint();
    this.#triggering = false;
    this.#urgent = false;
    const plan = this.#active ? this.#job.plan() : undefined;
    if (plan === undefined) return this.#schedule();
    const pending = new PendingCheckpoint(id, plan, {
      triggeredAtMs: this.#host.clock.now(),
      startedAtMs: this.#lastTriggerMs,
    });
    this.#pending = pending;
    this.#expiryTimer = this.#host.timer(this.#settings.timeoutMs, () => this.#abort(pending, "expired"));
    this.#host.emit({ event: "checkpoint.trigger", checkpoint: id, attempt: plan.attempt });
    try {
      pending.enumerators = await this.#job.snapshotEnumerators(id);
      if (pending.step !== "collecting") return;
      await this.#job.trigger(id, pending.triggeredAtMs);
    } catch (error) {
      return this.#abort(pending, "trigger-failed", error);
    }
    if (pending.whole) this.#finish(pending);
  }

  #finish(pending: PendingCheckpoint): void {
    if (pending.advance("collecting", "writing")) void this.#publish(pending);
  }

  async #publish(pending: PendingCheckpoint): Promise<void> {
    const { attempt } = pending.plan;
    const metadata = pending.metadata(this.#settings.job, this.#settings.leader);
    const path = `chk-${pending.id}/metadata-${attempt}`;
    this.#host.emit({ event: "metadata.write", checkpoint: pending.id, attempt });
    let file;
    try {
      file = await this.#storage.write(path, writeMetadata(metadata));
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.#discarder.discard([path]);
      return this.#abort(pending, "storage-failed", error);
    }
    if (!pending.advance("writing", "publishing")) return this.#discarder.discard([path]);
    const completion = this.#store.complete(file, metadata);
    this.#publishing = completion;
    const subsumed = await completion;
    pending.advance("publishing", "completed");
    this.#completed(pending, subsumed);
  }

  #completed(pending: PendingCheckpoint, subsumed: readonly CompletedCheckpoint[]): void {
    const { id, plan } = pending;
    this.#failures = 0;
    this.#end();
    this.#host.emit({ event: "checkpoint.complete", checkpoint: id, attempt: plan.attempt });
    if (this.#active) {
      this.#host.emit({ event: "commit.notify", checkpoint: id, attempt: plan.attempt });
      this.#job.notifyComplete(id);
    }
    this.#discardUnaddressed(subsumed.flatMap(pathsOf));
    this.#schedule();
  }

  #abort(pending: PendingCheckpoint, reason: AbortReason, error?: unknown): void {
    const missing = pending.missing();
    if (!pending.abort()) return;
    this.#end();
    this.#host.emit({
      event: "checkpoint.abort",
      checkpoint: pending.id,
      attempt: pending.plan.attempt,
      detail: {
        reason,
        ...(missing.length > 0 ? { missing: missing.join(" ") } : {}),
        ...(error === undefined ? {} : { error: String(error) }),
      },
    });
    this.#discardUnaddressed(pending.files().map(file => file.path));
    if (!this.#active) return;
    this.#job.notifyAborted(pending.id);
    if (countsAsFailure(reason) && ++this.#failures > this.#settings.tolerableFailures) {
      this.#job.fail(
        `checkpoint ${pending.id} ${reason}; ${this.#settings.tolerableFailures} failures in a row are tolerated`,
      );
    }
    this.#schedule();
  }

  #end(): void {
    this.#pending = undefined;
    this.#expiryTimer?.cancel();
    this.#lastEndMs = this.#host.clock.monotonic();
  }

  #discardUnaddressed(paths: readonly string[]): void {
    if (paths.length === 0) return;
    const addressed = this.#store.addressed();
    this.#discarder.discard(paths.filter(path => !addressed.has(path)));
  }
}

export interface CoordinatorParts {
  readonly host: Host;
  readonly job: CheckpointedJob;
  readonly settings: CheckpointSettings;
  readonly ids: { nextCheckpoint(): Promise<number> };
  readonly store: CheckpointStore;
  readonly storage: CheckpointStorage;
  readonly discarder: Discarder;
}

export interface CheckpointSettings {
  readonly job: string;
  /** Fencing token of this leader. */
  readonly leader: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly minPauseMs: number;
  /** Consecutive failures that do not fail the job. */
  readonly tolerableFailures: number;
}

/** What the coordinator asks of the running job. */
export interface CheckpointedJob {
  /** Undefined while some subtask neither runs nor has finished, and when all have finished. */
  plan(): CheckpointPlan | undefined;
  /** Takes the enumerators' state, once every event that was sent to a reader before is known to have arrived. */
  snapshotEnumerators(checkpoint: number): Promise<readonly EnumeratorSnapshot[]>;
  /** Resolves when every subtask that injects barriers has got the trigger; rejects when one may not have. */
  trigger(checkpoint: number, timestampMs: number): Promise<void>;
  notifyComplete(checkpoint: number): void;
  notifyAborted(checkpoint: number): void;
  fail(cause: string): void;
}

export type AbortReason = DeclineReason | "expired" | "storage-failed" | "trigger-failed" | "stopped";

/** Failures of storage and time; what merely came at a bad moment (a task that starts, ends or is cancelled) is none. */
function countsAsFailure(reason: AbortReason): boolean {
  return reason === "expired" || reason === "storage-failed" || reason === "snapshot-failed";
}

function subtaskOf(snapshot: SubtaskSnapshot): string {
  return `${snapshot.vertex}[${snapshot.subtask}]`;
}
