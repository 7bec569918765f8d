import type { Knobs, Topology } from "../world/case.ts";

/**
 * The cluster and the settings of a scenario that says nothing about them. Times are a tenth to a hundredth of Flink's
 * defaults: virtual time is free, but every heartbeat is an event, and a short run meets more checkpoints.
 */
export const defaultTopology: Topology = {
  jobManagers: 1,
  workers: 3,
  slotsPerWorker: 2,
  storageNodes: 3,
  replicas: 2,
  parallelism: 2,
  partitions: 2,
  placement: "spread",
  persistence: "prefix",
  broker: "durable-prepare",
};

export const defaultKnobs: Knobs = {
  checkpointIntervalMs: 150,
  checkpointTimeoutMs: 3_000,
  minPauseMs: 20,
  // A storm may spoil several checkpoints in a row; that is no reason to fail a job that recovers.
  tolerableFailures: 1_000,
  heartbeatIntervalMs: 500,
  heartbeatTimeoutMs: 2_000,
  restartDelayMs: 100,
  restartsMax: 100,
  rpcTimeoutMs: 1_000,
  sessionTtlMs: 3_000,
  transactionTimeoutMs: 60_000,
  bufferRecordsMax: 4,
  creditsPerChannel: 2,
  recordCostUs: 6_000,
  linkLatencyUs: 500,
  linkJitterUs: 200,
  diskLatencyUs: 200,
  clockOffsetMsMax: 50,
  stormMs: 10_000,
};

/** What shrinking tries first for a setting: the value that explains least. */
export const plainKnobs: Knobs = { ...defaultKnobs, linkJitterUs: 0, clockOffsetMsMax: 0 };
