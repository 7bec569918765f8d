import { mkdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { Misuse } from "../explore/misuse.ts";
import type { HostEvent } from "../host/event.ts";
import { exists, makeDurableFolder, parentOf, publishFile } from "../host/file.ts";
import { LocalAddressBook } from "../host/node/address-book.ts";
import { NodeHost } from "../host/node/node-host.ts";
import { formatOf, roleFolder, rpcAddress, startRole, type RoleKind } from "../roles/role-table.ts";
import { decode, encode } from "../rpc/codec.ts";
import type { Job } from "../runtime/api/job.ts";
import { jobKey, jobRecord, type JobRecord, type JobState } from "../runtime/checkpoint/coordination-keys.ts";
import { clusterDefaults, type ClusterConfig } from "../runtime/cluster/cluster-config.ts";
import { compileJob } from "../runtime/graph/compile-job.ts";
import type { JobReference } from "../runtime/task/task-contract.ts";
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
  const client = new NodeHost({
    role: "client",
    root: options.dir,
    addresses,
    onEvent: event => options.onEvent?.("client", event),
  });
  await format(client, roles);
  const { job, params, signal } = options;
  const graph = compileJob(job, params, { parallelism: options.parallelism });
  const cluster = clusterOf(options, roles);
  const reference = { id: job.name, name: job.name, module: job.module, params, graphHash: graph.hash };
  const start = (isAsked: (kind: RoleKind) => boolean): void => {
    for (const [index, { kind }] of roles.entries()) {
      if (isAsked(kind)) startRole(hosts[index]!, kind, { cluster, job: reference, jobs: () => job });
    }
  };
  const { coordination: address, rpcTimeoutMs } = cluster;
  const watch = new JobWatch(client, new CoordinationClient(client, { address, rpcTimeoutMs }), job.name);
  try {
    // Before there is a leader: one that cannot build the job would end it as failed, for ever.
    start(kind => kind === "coordination");
    const begun = await watch.until(() => true, signal);
    if (begun?.state === "running") refuseAnother(begun.reference, reference, options);
    if (signal?.aborted === true) return { state: "running" };
    await putInput(client, options.input);
    start(kind => kind !== "coordination");
    const { state = "running", cause } = (await watch.until(hasEnded, signal)) ?? {};
    return cause === undefined ? { state } : { state, cause };
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

/** What the coordination service says of the job: it is the one that knows. */
class JobWatch {
  readonly #client: NodeHost;
  readonly #coordination: CoordinationClient;
  readonly #job: string;

  constructor(client: NodeHost, coordination: CoordinationClient, job: string) {
    this.#client = client;
    this.#coordination = coordination;
    this.#job = job;
  }

  /** Asks until its answer is as wanted; undefined: it knows of no such job, or `signal` came before. */
  async until(
    isWanted: (record: JobRecord | undefined) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<JobRecord | undefined> {
    while (signal?.aborted !== true) {
      const answer = await this.#coordination.get(jobKey(this.#job)).catch(() => "unheard" as const);
      if (answer !== "unheard") {
        const record = answer === undefined ? undefined : jobRecord(answer.value, "job record");
        if (isWanted(record)) return record;
      }
      await new Promise<void>(resolve => void this.#client.timer(POLL_MS, resolve));
    }
    return undefined;
  }
}

function hasEnded(record: JobRecord | undefined): boolean {
  return record !== undefined && record.state !== "running";
}

/** What was begun in a folder goes on as it was begun. */
function refuseAnother(begun: JobReference, now: JobReference, { dir }: LocalRun): void {
  const same = isDeepStrictEqual(begun.params, plainCopy(now.params));
  if (same && begun.graphHash === now.graphHash) return;
  const differs = same ? "another graph: the job was changed, or --parallelism" : "other --params";
  throw new Misuse(
    `The job "${now.name}" in ${dir} has not ended and was begun with ${differs}. ` +
      "Go on with it as it was begun, or give another --dir.",
  );
}

/** As it comes back from the service. */
function plainCopy(value: unknown): unknown {
  return decode(encode(value));
}

/** Says that every role's folder was formatted. */
const FORMATTED = "/formatted";
const STORAGE_NODES = 3;
const POLL_MS = 100;
