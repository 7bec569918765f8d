import type { Host, Timer } from "../../host/host.ts";
import type { ClusterServices } from "../api/cluster-services.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import type {
  CheckpointStorage,
  DeclineReason,
  EnumeratorEvent,
  ReaderEvent,
  RunningTask,
  SubtaskSnapshot,
  TaskDeployment,
  TaskEnvironment,
} from "../task/task-contract.ts";
import type { TaskReport, TaskState } from "./messages.ts";

/**
 * One subtask on its worker: its state, and both directions of the task contract. It owns that states only move forward
 * and that nothing is asked of a subtask that has ended; what the subtask does is task/.
 */
export class WorkerTask implements TaskEnvironment {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly storage: CheckpointStorage;
  readonly deployment: TaskDeployment;
  readonly recordCostUs: number;
  readonly #outbox: TaskOutbox;
  #state: TaskState = "deploying";
  #cause: string | undefined;
  #forGood = false;
  #task: RunningTask | undefined;
  #cancelAsked = false;
  #completed = 0;
  #cancelWatch: Timer | undefined;
  readonly #cancelTimeoutMs: number;

  constructor(options: WorkerTaskOptions) {
    this.host = options.host;
    this.services = options.services;
    this.storage = options.storage;
    this.deployment = options.deployment;
    this.recordCostUs = options.recordCostUs;
    this.#cancelTimeoutMs = options.cancelTimeoutMs;
    this.#outbox = options.outbox;
  }

  /** What does not start has failed. */
  start(begin: (environment: TaskEnvironment) => RunningTask): void {
    try {
      this.#task = begin(this);
      if (this.#cancelAsked) this.#cancelTask(this.#task);
    } catch (error) {
      this.failed(error instanceof Error ? error.message : String(error), error instanceof Unrecoverable);
    }
  }

  get ended(): boolean {
    return this.#state === "finished" || this.#state === "failed" || this.#state === "canceled";
  }

  report(): TaskReport {
    const { execution } = this.deployment;
    return {
      execution,
      state: this.#state,
      ...(this.#cause === undefined ? {} : { cause: this.#cause }),
      ...(this.#forGood ? { forGood: true as const } : {}),
    };
  }

  // What the worker asks of the subtask.

  /** False says that it cannot take part: it has ended or does not run yet. */
  trigger(checkpoint: number, timestampMs: number): boolean {
    if (this.#task === undefined || (this.#state !== "running" && this.#state !== "ended")) return false;
    this.#task.triggerCheckpoint(checkpoint, timestampMs);
    return true;
  }

  /** Told by message and again by every heartbeat: an id is passed on once. */
  checkpointComplete(checkpoint: number): void {
    if (this.ended || checkpoint <= this.#completed) return;
    this.#completed = checkpoint;
    this.#task?.notifyCheckpointComplete(checkpoint);
  }

  checkpointAborted(checkpoint: number): void {
    if (!this.ended) this.#task?.notifyCheckpointAborted(checkpoint);
  }

  sourceEvent(uid: string, event: EnumeratorEvent): boolean {
    if (this.ended || this.#task === undefined) return false;
    this.#task.fromCoordinator(uid, event);
    return true;
  }

  /** A subtask that has ended lets go of what its consumers could still have fetched. */
  cancel(): void {
    if (this.#cancelAsked) return;
    this.#cancelAsked = true;
    if (this.#task !== undefined) this.#cancelTask(this.#task);
  }

  // What the subtask asks of the worker (TaskEnvironment).

  running(): void {
    this.#advance("deploying", "running");
  }

  endOfData(): void {
    this.#advance("running", "ended");
  }

  acknowledge(checkpoint: number, snapshot: SubtaskSnapshot): void {
    if (!this.ended) this.#outbox.acknowledge(this.deployment.execution, checkpoint, snapshot);
  }

  decline(checkpoint: number, reason: DeclineReason): void {
    if (!this.ended) this.#outbox.decline(this.deployment.execution, checkpoint, reason);
  }

  finished(): void {
    this.#end("finished");
  }

  failed(cause: string, forGood: boolean): void {
    if (this.ended) return;
    this.#cause = cause;
    this.#forGood = forGood;
    this.#end("failed");
  }

  canceled(): void {
    this.#end("canceled");
  }

  toCoordinator(uid: string, event: ReaderEvent): void {
    if (!this.ended) this.#outbox.readerEvent(this.deployment.execution, uid, event);
  }

  /**
   * Nothing in a process can stop code that does not return: what an attempt still holds could write later, beside the
   * next one. So the process ends instead, as Flink's cancellation watchdog ends it.
   */
  #cancelTask(task: RunningTask): void {
    task.cancel();
    if (!this.ended) this.#cancelWatch = this.host.timer(this.#cancelTimeoutMs, () => this.host.exit(STUCK_EXIT_CODE));
  }

  #advance(from: TaskState, to: TaskState): void {
    if (this.#state !== from) return;
    this.#state = to;
    this.#outbox.stateChanged(this.report());
  }

  #end(state: TaskState): void {
    this.#cancelWatch?.cancel();
    if (!this.ended) this.#advance(this.#state, state);
  }
}

export interface WorkerTaskOptions {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly storage: CheckpointStorage;
  readonly deployment: TaskDeployment;
  readonly recordCostUs: number;
  readonly cancelTimeoutMs: number;
  readonly outbox: TaskOutbox;
}

/** Flink's code for a fatal error of a task manager. */
const STUCK_EXIT_CODE = 239;

/** Where a subtask's words leave the worker. */
export interface TaskOutbox {
  stateChanged(report: TaskReport): void;
  acknowledge(execution: string, checkpoint: number, snapshot: SubtaskSnapshot): void;
  decline(execution: string, checkpoint: number, reason: DeclineReason): void;
  readerEvent(execution: string, uid: string, event: ReaderEvent): void;
}
