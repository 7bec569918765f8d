import type { ClusterConfig } from "../runtime/cluster/cluster-config.ts";
import { rpcAddress } from "../roles/role-table.ts";
import type { Knobs, Topology } from "./case.ts";
import type { Layout } from "./layout.ts";

/** A case's topology and knobs in the words of the runtime's own configuration. */
export function clusterOf(layout: Layout, topology: Topology, knobs: Knobs): ClusterConfig {
  return {
    coordination: rpcAddress("coord"),
    broker: rpcAddress("broker"),
    storageNodes: layout.storage.map(rpcAddress),
    replicas: topology.replicas,
    checkpointStorage: "dfs:///checkpoints",
    slotsPerWorker: topology.slotsPerWorker,
    parallelism: topology.parallelism,
    heartbeatIntervalMs: knobs.heartbeatIntervalMs,
    heartbeatTimeoutMs: knobs.heartbeatTimeoutMs,
    rpcTimeoutMs: knobs.rpcTimeoutMs,
    sessionTtlMs: knobs.sessionTtlMs,
    restart: { kind: "fixed-delay", delayMs: knobs.restartDelayMs, attemptsMax: knobs.restartsMax },
    slotsTimeoutMs: SLOTS_TIMEOUT_MS,
    slotsSettleMs: SLOTS_SETTLE_MS,
    cancelTimeoutMs: CANCEL_TIMEOUT_MS,
    transactionTimeoutMs: knobs.transactionTimeoutMs,
    bufferRecordsMax: knobs.bufferRecordsMax,
    creditsPerChannel: knobs.creditsPerChannel,
    recordCostUs: knobs.recordCostUs,
    checkpointing: {
      intervalMs: knobs.checkpointIntervalMs,
      timeoutMs: knobs.checkpointTimeoutMs,
      minPauseMs: knobs.minPauseMs,
      tolerableFailures: knobs.tolerableFailures,
    },
  };
}

/** Longer than any storm: a cluster that is short of workers waits for the calm instead of failing the job. */
const SLOTS_TIMEOUT_MS = 600_000;
const SLOTS_SETTLE_MS = 50;
/** Longer than a disk or a service that obeys again needs for what a closing writer still has to do. */
const CANCEL_TIMEOUT_MS = 5_000;
