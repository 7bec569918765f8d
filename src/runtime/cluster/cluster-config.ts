import type { ClusterServices } from "../api/cluster-services.ts";
import type { Job } from "../api/job.ts";
import type { JobReference } from "../task/task-contract.ts";

/**
 * All that a job manager and a worker are told about their cluster: plain data, the same for every role. It owns names,
 * units and defaults. Times are whole milliseconds.
 */
export interface ClusterConfig {
  /** Addresses of the services: `coord:rpc`, `broker:rpc`, `dfs0:rpc`. */
  readonly coordination: string;
  readonly broker: string;
  readonly storageNodes: readonly string[];
  /** Copies of each file on the storage nodes. */
  readonly replicas: number;
  /** `dfs:///folder` (replicated file store) or `file:///folder` (the host's own disk, shared by all roles). */
  readonly checkpointStorage: string;
  readonly slotsPerWorker: number;
  /** Parallelism of operators that do not set their own. */
  readonly parallelism: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly rpcTimeoutMs: number;
  readonly sessionTtlMs: number;
  readonly restart: RestartSettings;
  /** How long to wait for enough slots before the start counts as failed. */
  readonly slotsTimeoutMs: number;
  /** How long to wait for further workers once the slots suffice, so that a job spreads over those that start together. */
  readonly slotsSettleMs: number;
  /** A subtask that has not let go this long after its cancellation takes its worker's process with it. */
  readonly cancelTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly bufferRecordsMax: number;
  readonly creditsPerChannel: number;
  /** Processor time per record and operator chain, in microseconds. */
  readonly recordCostUs: number;
  /** Overrides of what the job's environment says about checkpoints, for storms. */
  readonly checkpointing?: {
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly minPauseMs?: number;
    readonly tolerableFailures?: number;
  };
}

/** `none`, or a fixed delay with at most `attemptsMax` restarts in one leader's term. */
export type RestartSettings =
  { readonly kind: "none" } | { readonly kind: "fixed-delay"; readonly delayMs: number; readonly attemptsMax: number };

/** Application mode: the cluster runs this one job. */
export type JobManagerConfig = ClusterConfig & { readonly job: JobReference };

/** Calls the job's module anew in this incarnation; a job never travels as functions. */
export type JobLoader = (reference: JobReference) => Job;

/** What connectors are told of it. */
export function servicesOf(config: ClusterConfig): ClusterServices {
  const { broker, storageNodes, replicas, rpcTimeoutMs, transactionTimeoutMs } = config;
  return { broker, storageNodes, replicas, rpcTimeoutMs, transactionTimeoutMs };
}

/** Flink's defaults where it has one. */
export const clusterDefaults = {
  replicas: 2,
  checkpointStorage: "dfs:///checkpoints",
  slotsPerWorker: 2,
  parallelism: 2,
  heartbeatIntervalMs: 10_000,
  heartbeatTimeoutMs: 50_000,
  rpcTimeoutMs: 10_000,
  sessionTtlMs: 30_000,
  restart: { kind: "fixed-delay", delayMs: 1_000, attemptsMax: Number.MAX_SAFE_INTEGER },
  slotsTimeoutMs: 300_000,
  slotsSettleMs: 50,
  cancelTimeoutMs: 180_000,
  transactionTimeoutMs: 900_000,
  bufferRecordsMax: 32,
  creditsPerChannel: 2,
  recordCostUs: 0,
} as const satisfies Partial<ClusterConfig>;
