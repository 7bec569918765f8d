import type { Host } from "../host/host.ts";
import type { ClusterConfig, JobLoader } from "../runtime/cluster/cluster-config.ts";
import { jobManagerMain } from "../runtime/cluster/job-manager.ts";
import { workerMain } from "../runtime/cluster/worker.ts";
import type { JobReference } from "../runtime/task/task-contract.ts";
import { coordinationLogPath } from "../services/coordination/coordination-log.ts";
import { coordinationMain } from "../services/coordination/coordination-server.ts";
import { removalLogPath } from "../services/file-store/removals.ts";
import { storageNodeMain, type StartServer } from "../services/file-store/storage-node.ts";
import { formattedLog } from "../services/log-entry.ts";
import { brokerLogPath } from "../services/log-broker/broker-log.ts";
import { logBrokerMain } from "../services/log-broker/log-broker.ts";
import type { BrokerMode } from "../services/log-broker/transaction-decision.ts";

/**
 * From the kind of a role to its program: the one table from which a simulated world and a real cluster start. It owns
 * where each role listens and keeps its files; which roles there are is decided by whoever starts them.
 */
export function startRole(host: Host, kind: RoleKind, start: RoleStart): void {
  const server = { address: rpcAddress(host.role), dir: roleFolder(host.role) };
  switch (kind) {
    case "coordination":
      return coordinationMain(host, server);
    case "broker":
      return logBrokerMain(host, { ...server, ...(start.brokerMode === undefined ? {} : { mode: start.brokerMode }) });
    case "storage": {
      const { storageNodes: nodes, replicas, rpcTimeoutMs } = start.cluster;
      return storageNodeMain(host, { ...server, nodes, replicas, rpcTimeoutMs }, start.serveStorage);
    }
    case "job-manager":
      return jobManagerMain(host, { ...start.cluster, job: start.job }, start.jobs);
    case "worker":
      return workerMain(host, start.cluster, start.jobs);
  }
}

/**
 * What stands on the disk of a role of this kind before its first life: files that say to its program that the disk is its
 * own. They are written when a cluster is set up, and never again: where they are gone, more is gone with them.
 */
export function formatOf(
  role: string,
  kind: RoleKind,
): readonly { readonly path: string; readonly bytes: Uint8Array }[] {
  const dir = roleFolder(role);
  switch (kind) {
    case "coordination":
      return [{ path: coordinationLogPath(dir), bytes: formattedLog() }];
    case "broker":
      return [{ path: brokerLogPath(dir), bytes: formattedLog() }];
    case "storage":
      return [{ path: removalLogPath(dir), bytes: formattedLog() }];
    case "job-manager":
    case "worker":
      return [];
  }
}

export type RoleKind = "coordination" | "broker" | "storage" | "job-manager" | "worker";

export interface RoleStart {
  readonly cluster: ClusterConfig;
  readonly job: JobReference;
  readonly jobs: JobLoader;
  /** Default: durable prepare. */
  readonly brokerMode?: BrokerMode;
  /** Default: as it is. */
  readonly serveStorage?: StartServer;
}

export function rpcAddress(role: string): string {
  return `${role}:rpc`;
}

/** Where a role keeps its files on its machine's disk; a shared disk then has room for all. */
export function roleFolder(role: string): string {
  return `/${role}`;
}
