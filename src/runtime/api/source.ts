import type { Host } from "../../host/host.ts";
import type { ClusterServices } from "./cluster-services.ts";

/**
 * What an author of a source writes (FLIP-27): an enumerator at the job manager that finds splits and assigns them, and
 * a reader in each source subtask that turns splits into records. Splits and enumerator state are plain data.
 *
 * Contract: an assignment belongs to the checkpoint in which the reader first holds it. A split that a reader snapshots
 * carries its position as *next to read*. Committing positions outside is advisory and never read back by a restore.
 */
export interface Source<T, Split = unknown> {
  /** Stands in the graph hash and in reports: `log`, `files`. */
  readonly kind: string;
  readonly boundedness: "bounded" | "unbounded";
  createEnumerator(context: EnumeratorContext<Split>, restored?: unknown): SplitEnumerator<Split>;
  createReader(context: ReaderContext): SourceReader<T, Split>;
  /** Type marker only: never read. */
  readonly recordType?: T;
}

export interface EnumeratorContext<Split> {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly parallelism: number;
  /** Subtasks whose reader is registered and running. */
  readers(): readonly number[];
  assign(subtask: number, splits: readonly Split[]): void;
  /** The subtask gets no further split: a bounded reader ends after its last one. */
  noMoreSplits(subtask: number): void;
  /** Fails the job with a cause, as an enumerator's uncaught error does. */
  fail(cause: unknown): void;
}

export interface SplitEnumerator<Split> {
  start(): void;
  addReader(subtask: number): void;
  /** Splits assigned since the last completed checkpoint to a reader that was lost. */
  addSplitsBack(subtask: number, splits: readonly Split[]): void;
  requestSplit?(subtask: number): void;
  /** Plain data; taken when a checkpoint is triggered, before any reader's snapshot. */
  snapshotState(checkpoint: number): unknown;
  notifyCheckpointComplete?(checkpoint: number): void;
  close(): void;
}

export interface ReaderContext {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly subtask: number;
  readonly parallelism: number;
  readonly vertex: string;
  requestSplit(): void;
  /** To be called when `poll` has something again after it said `nothing`. */
  available(): void;
  /** Fails the task with a cause. */
  fail(cause: unknown): void;
}

export interface SourceReader<T, Split> {
  start(): void;
  addSplits(splits: readonly Split[]): void;
  noMoreSplits(): void;
  /**
   * Emits at most `recordsMax` records, synchronously. `more`: poll again; `nothing`: wait for `available`; `end`: every
   * split is finished and none will follow.
   */
  poll(output: SourceOutput<T>, recordsMax: number): "more" | "nothing" | "end";
  /** The splits held, each with its next position. */
  snapshotState(checkpoint: number): readonly Split[];
  notifyCheckpointComplete?(checkpoint: number): void;
  close(): void;
}

export interface SourceOutput<T> {
  emit(record: T, timestampMs: number | undefined, origin: Origin): void;
}

/**
 * Where a record came from: its split and its position there. It travels with every record that is derived from it and
 * is at hand in sinks (`WriteContext.origin`), as Kafka carries headers.
 */
export interface Origin {
  readonly split: string;
  readonly position: number;
}
