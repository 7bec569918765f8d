import type { Host } from "../../host/host.ts";
import type { ClusterServices } from "../api/cluster-services.ts";

/**
 * What a worker (cluster/) and a subtask (task/) ask of each other. It owns the words between them and no behaviour.
 *
 * All of it is plain data or synchronous calls inside one process; what crosses a process is written down in
 * {@link TaskDeployment} and {@link SubtaskSnapshot}, which travel in RPC bodies and checkpoint metadata.
 */

/** Everything that a worker needs to start one subtask attempt. */
export interface TaskDeployment {
  readonly job: JobReference;
  /** Unique for ever: `${vertex}[${subtask}]#${attempt}`, attempts growing over the whole lineage. */
  readonly execution: string;
  readonly vertex: string;
  readonly subtask: number;
  readonly attempt: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** The largest completed checkpoint id at deployment, restored or not; 0 for none. */
  readonly restoredCheckpoint: number;
  readonly inputs: readonly InputEdge[];
  readonly outputs: readonly OutputEdge[];
  /**
   * Snapshots whose state this subtask takes part of; several after a rescale. Empty when starting fresh. Keyed state goes
   * by key group; all else (splits, committables, operator lists) of old subtask i goes to subtask i mod parallelism.
   */
  readonly restore: readonly SubtaskSnapshot[];
}

/** A job travels by name, module, parameters and graph hash, never as functions. */
export interface JobReference {
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly params: unknown;
  readonly graphHash: string;
}

/** One edge into a vertex and its channels, in order of the producer's subtask index. */
export interface InputEdge {
  readonly edge: string;
  readonly channels: readonly { readonly producer: string; readonly address: string }[];
}

/** One edge out of a vertex and its channels, in order of the consumer's subtask index. */
export interface OutputEdge {
  readonly edge: string;
  readonly channels: readonly { readonly consumer: string }[];
}

/** What one subtask put on checkpoint storage for one checkpoint. */
export interface SubtaskSnapshot {
  readonly vertex: string;
  readonly subtask: number;
  readonly parallelism: number;
  /** Files on checkpoint storage; a full snapshot has at most one. */
  readonly files: readonly StoredFile[];
  /** Small state carried inline: per operator uid, plain data (source splits, committables, operator lists). */
  readonly operators: readonly OperatorSnapshot[];
  /** The subtask had finished all its input before this checkpoint. */
  readonly finished: boolean;
}

export interface StoredFile {
  /** Path below the storage root, unique for ever: it carries the execution's name. */
  readonly path: string;
  readonly length: number;
  readonly crc32c: number;
}

export interface OperatorSnapshot {
  readonly uid: string;
  /** Source readers: splits with their next position. */
  readonly splits?: readonly unknown[];
  /** Sinks: committables of this and of older epochs that are not known to be committed, by the epoch they belong to. */
  readonly committables?: readonly { readonly checkpoint: number; readonly items: readonly unknown[] }[];
  /** Keyed state: key-group index → byte range in the file; groups without state are absent. */
  readonly keyGroups?: readonly {
    readonly group: number;
    readonly file: number;
    readonly offset: number;
    readonly length: number;
  }[];
}

/** What a subtask may ask of its worker. */
export interface TaskEnvironment {
  readonly host: Host;
  /** Handed on to the contexts of sources and sinks. */
  readonly services: ClusterServices;
  readonly deployment: TaskDeployment;
  readonly storage: CheckpointStorage;
  /** Processor time per record of one subtask, for `host.work`: whole microseconds. */
  readonly recordCostUs: number;
  /** The subtask runs: channels are up, operators open, state restored. */
  running(): void;
  /**
   * Every input record of this subtask was processed; it waits for the checkpoint that commits its last epoch. When all
   * sources said so, the coordinator triggers that checkpoint without waiting for the interval.
   */
  endOfData(): void;
  acknowledge(checkpoint: number, snapshot: SubtaskSnapshot): void;
  decline(checkpoint: number, reason: DeclineReason): void;
  finished(): void;
  /** `forGood`: no restart mends it. */
  failed(cause: string, forGood: boolean): void;
  /** The subtask has let go of everything after `cancel`. */
  canceled(): void;
  /** From a reader to its enumerator at the job manager. */
  toCoordinator(uid: string, event: ReaderEvent): void;
}

export type DeclineReason = "task-not-running" | "snapshot-failed" | "alignment-cancelled" | "task-finishing";

/** What an enumerator tells a reader; splits are the source's own plain data. */
export type EnumeratorEvent =
  { readonly kind: "assign-splits"; readonly splits: readonly unknown[] } | { readonly kind: "no-more-splits" };

/** What a reader tells its enumerator. */
export type ReaderEvent = { readonly kind: "request-split" };

/**
 * What a worker may ask of a subtask. All calls are synchronous; outcomes come through {@link TaskEnvironment}, of which
 * exactly one of `finished`, `failed` and `canceled` is called, as the last.
 *
 * The subtask itself emits the events `barrier.arrive`, `barrier.align`, `snapshot.sync`, `snapshot.upload`,
 * `checkpoint.ack`, `commit.notify`, `sink.precommit`, `sink.commit`, `task.restore`, `task.running`, `task.failed`,
 * `task.finished` and `source.first-record`; the worker emits none of them again.
 */
export interface RunningTask {
  /**
   * Take this checkpoint now and send its barrier: sources, and subtasks all of whose producers have finished. An id that
   * is not above the last one changes nothing.
   */
  triggerCheckpoint(checkpoint: number, timestampMs: number): void;
  notifyCheckpointComplete(checkpoint: number): void;
  notifyCheckpointAborted(checkpoint: number): void;
  /** From the enumerator to its reader; delivered only to the attempt it was meant for, in order, before the next trigger. */
  fromCoordinator(uid: string, event: EnumeratorEvent): void;
  cancel(): void;
}

/** Checkpoint storage as a task and the coordinator see it: immutable files, durable and published once `write` resolves. */
export interface CheckpointStorage {
  write(path: string, bytes: Uint8Array): Promise<StoredFile>;
  /** Verifies length and checksum; rejects loudly when they do not hold. */
  read(file: StoredFile): Promise<Uint8Array>;
  /**
   * Gone from everywhere when it resolves, but for those that it returns, which may be asked for again. A path that does
   * not exist is no error.
   */
  remove(paths: readonly string[]): Promise<readonly string[]>;
  list(prefix: string): Promise<readonly string[]>;
}
