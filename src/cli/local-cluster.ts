import { mkdirSync } from "node:fs";
import type { HostEvent } from "../host/event.ts";
import { exists, makeDurableFolder, parentOf, publishFile } from "../host/file.ts";
import { LocalAddressBook } from "../host/node/address-book.ts";
import { NodeHost } from "../host/node/node-host.ts";
import { formatOf, roleFolder, rpcAddress, startRole, type RoleKind } from "../roles/role-table.ts";
import { encode } from "../rpc/codec.ts";
import type { Job } from "../runtime/api/job.ts";
import { jobKey, jobRecord, type JobState } from "../runtime/checkpoint/coordination-keys.ts";
import { clusterDefaults, type ClusterConfig } from "../runtime/cluster/cluster-config.ts";
import { compileJob } from "../runtime/graph/compile-job.ts";
import { CoordinationClient } from "../services/coordination/coordination-client.ts";
import { topicImage } from "../services/log-broker/broker-log.ts";

/**
 * A real cluster in one OS process: the same roles as in a simulated world, over loopback TCP and the disk below one
 * folder. It owns who is started and when the job is over. Killed at any moment and started again with the same folder
 * and the same job, it goes on from its newest checkpoint; a job that has ended stays ended.
 */
export async function runLocally(options: LocalRun): Promise<LocalRunEnd> {
  mkdirSync(options.dir, { recursive: true });
  const addresses = new LocalAddressBook();
  const roles = rolesOf(options);
  const hosts = roles.map(({ role }) => {
    addresses.announce(role);
    return new NodeHost({
      role,
      root: options.dir,
      addresses,
      onEvent: event => options.onEvent?.(role, event),
      onExit: code => options.onEvent?.(role, { event: "process.exit", detail: { code } }),
    });
  });
  const client = new NodeHost({ role: "client", root: options.dir, addresses });
  await format(client, roles);
  await putInput(client, options.input);
  const { job, params } = options;
  const graph = compileJob(job, params, { parallelism: options.parallelism });
  const cluster = clusterOf(options, roles);
  const reference = { id: job.name, name: job.name, module: job.module, params, graphHash: graph.hash };
  for (const [index, { kind }] of roles.entries()) {
    startRole(hosts[index]!, kind, { cluster, job: reference, jobs: () => job });
  }
  try {
    return await ended(client, cluster, job.name, options.signal);
  } finally {
    for (const host of [client, ...hosts]) host.shutDown();
  }
}

export interface LocalRun {
  readonly job: Job;
  readonly params: unknown;
  /** Everything that the cluster keeps lies below it: state, checkpoints, logs, the output of `file:` sinks. */
  readonly dir: string;
  readonly parallelism: number;
  readonly workers: number;
  readonly jobManagers: number;
  /** Records by topic and partition; a topic that the folder has already is left as it is. */
  readonly input: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  readonly onEvent?: (role: string, event: HostEvent) => void;
  /** Ends the run; the folder can be continued. */
  readonly signal?: AbortSignal;
}

export interface LocalRunEnd {
  readonly state: JobState;
  readonly cause?: string;
}

function rolesOf({ workers, jobManagers }: LocalRun): readonly { readonly role: string; readonly kind: RoleKind }[] {
  const some = (kind: RoleKind, prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ role: `${prefix}${index}`, kind }));
  return [
    { role: "coord", kind: "coordination" },
    { role: "broker", kind: "broker" },
    ...some("storage", "dfs", STORAGE_NODES),
    ...some("job-manager", "jm", jobManagers),
    ...some("worker", "tm", workers),
  ];
}

function clusterOf({ parallelism, workers }: LocalRun, roles: ReturnType<typeof rolesOf>): ClusterConfig {
  return {
    ...clusterDefaults,
    coordination: rpcAddress("coord"),
    broker: rpcAddress("broker"),
    storageNodes: roles.filter(({ kind }) => kind === "storage").map(({ role }) => rpcAddress(role)),
    parallelism,
    slotsPerWorker: Math.ceil(parallelism / workers),
    // A whole cluster in one process fails as one: what would be a partition elsewhere is a restart here, and soon.
    sessionTtlMs: 1_000,
    heartbeatIntervalMs: 500,
    heartbeatTimeoutMs: 5_000,
    rpcTimeoutMs: 2_000,
  };
}

/** Once for each folder: a service whose log is gone from a folder that was formatted says so, and nothing is made up for it. */
async function format(client: NodeHost, roles: ReturnType<typeof rolesOf>): Promise<void> {
  const { disk } = client;
  if (await exists(disk, FORMATTED)) return;
  for (const { path, bytes } of roles.flatMap(({ role, kind }) => formatOf(role, kind))) {
    // A start that was killed in here has left some.
    if (await exists(disk, path)) continue;
    await makeDurableFolder(disk, parentOf(path));
    await publishFile(disk, path, bytes);
  }
  await publishFile(disk, FORMATTED, new Uint8Array(0));
}

async function putInput(client: NodeHost, input: LocalRun["input"]): Promise<void> {
  const { disk } = client;
  for (const [topic, partitions] of Object.entries(input)) {
    const records = partitions.map(values =>
      values.map(value => ({ key: null, value: encode(value), timestampMs: client.clock.now() })),
    );
    for (const { name, bytes } of topicImage(topic, records)) {
      const path = `${roleFolder("broker")}/${name}`;
      if (await exists(disk, path)) continue;
      await makeDurableFolder(disk, parentOf(path));
      // Beside the images, not among them: the broker reads whatever lies there.
      await publishFile(disk, path, bytes, `${roleFolder("broker")}/input.tmp`);
    }
  }
}

/** Asks the coordination service until the job has ended: it is the one that knows. */
async function ended(
  client: NodeHost,
  cluster: ClusterConfig,
  job: string,
  signal: AbortSignal | undefined,
): Promise<LocalRunEnd> {
  const coordination = new CoordinationClient(client, {
    address: cluster.coordination,
    rpcTimeoutMs: cluster.rpcTimeoutMs,
  });
  for (;;) {
    if (signal?.aborted === true) return { state: "running" };
    const found = await coordination.get(jobKey(job)).catch(() => undefined);
    if (found !== undefined) {
      const { state, cause } = jobRecord(found.value, "job record");
      if (state !== "running") return cause === undefined ? { state } : { state, cause };
    }
    await new Promise<void>(resolve => void client.timer(POLL_MS, resolve));
  }
}

/** Says that every role's folder was formatted. */
const FORMATTED = "/formatted";
const STORAGE_NODES = 3;
const POLL_MS = 100;
