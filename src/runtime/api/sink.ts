import type { Host } from "../../host/host.ts";
import type { ClusterServices } from "./cluster-services.ts";
import type { Origin } from "./source.ts";

/**
 * What an author of a sink writes (FLIP-143/191): a writer that takes records and prepares commits, and a committer that
 * makes prepared work visible, each commit idempotent and retried until its outcome is known.
 *
 * Contract: `prepareCommit` resolves when everything written since the last one is durable and can be committed after
 * any crash. The runtime stores the committables in the checkpoint and calls `commit` only once that checkpoint is
 * complete. Committables are plain data.
 *
 * A sink whose names of work say after which checkpoint their epoch began can bear witness, too: committed work of an
 * epoch that began with `restoredCheckpoint` or later means that a completed checkpoint was lost, and `open` should then
 * throw `Unrecoverable`, as the bundled sinks do.
 */
export interface Sink<T> {
  readonly kind: string;
  createWriter(context: SinkContext): SinkWriter<T>;
  /** Absent: an at-least-once sink whose writer only flushes. */
  createCommitter?(context: SinkContext): SinkCommitter;
  readonly recordType?: T;
}

export interface SinkContext {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly subtask: number;
  readonly parallelism: number;
  /** Stable over restarts, rescales and upgrades of this job's lineage; unlike any other sink's. */
  readonly lineage: string;
  readonly operator: string;
  /** The execution attempt of this subtask: a generation, for ids that must never collide with an older one's. */
  readonly attempt: number;
  /** Id of the checkpoint that the job goes on from, 0 when it starts fresh. Nothing of a later one can be committed. */
  readonly restoredCheckpoint: number;
  /** To be called when `writable` became true again. */
  available(): void;
  fail(cause: unknown): void;
}

export interface SinkWriter<T> {
  /**
   * Before the first write, and after the restored committables of this subtask were committed: aborts whatever else dead
   * generations left open or prepared.
   */
  open?(): Promise<void>;
  write(record: T, context: WriteContext): void;
  /** False while the writer's buffers are full; the task stops taking input until `available`. */
  writable?(): boolean;
  /**
   * Flush and prepare all that was written since the last call. Nothing written: an empty list.
   * @param checkpoint the one that is being taken; ids grow along an attempt.
   */
  prepareCommit(checkpoint: number): Promise<readonly Committable[]>;
  close(): Promise<void> | void;
}

export interface WriteContext {
  readonly timestampMs: number | undefined;
  readonly origin: Origin | undefined;
}

/** Plain data that names one prepared piece of work, enough to commit it from any process. */
export type Committable = unknown;

export interface SinkCommitter {
  commit(committable: Committable): Promise<CommitOutcome>;
  close?(): void;
}

/**
 * `committed` and `already-committed` are success. `unknown` (no answer, lost connection) is asked again until known.
 * `aborted` and `unknown-id` are loud failures: prepared work was lost.
 */
export type CommitOutcome = "committed" | "already-committed" | "unknown" | "aborted" | "unknown-id";
