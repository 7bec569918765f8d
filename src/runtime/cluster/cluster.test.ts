import { expect, test } from "vitest";
import { Kernel } from "../../kernel/kernel.ts";
import { decode, encode } from "../../rpc/codec.ts";
import { formatOf, roleFolder, startRole, type RoleKind } from "../../roles/role-table.ts";
import { readBrokerLog, topicImage } from "../../services/log-broker/broker-log.ts";
import { SimDisk } from "../../sim/disk/sim-disk.ts";
import { Site } from "../../sim/site.ts";
import { diskless } from "../../sim/test/diskless.ts";
import { frameClassifier } from "../../rpc/classify.ts";
import { job } from "../api/job.ts";
import { logSink } from "../connectors/log-sink.ts";
import { logSource } from "../connectors/log-source.ts";
import { FileStoreClient } from "../../services/file-store/file-store-client.ts";
import { replicaFolder } from "../../services/file-store/stored-replica.ts";
import { compileJob } from "../graph/compile-job.ts";
import type { ClusterConfig } from "./cluster-config.ts";

interface Payment {
  readonly account: string;
  readonly cents: number;
}

const balances = job("balances", env => {
  env.enableCheckpointing(200);
  env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 10 }), "payments")
    .keyBy(payment => payment.account)
    .reduce((a, b) => ({ ...b, cents: a.cents + b.cents }))
    .name("sum")
    .sinkTo(logSink<Payment>({ topic: "balances", key: balance => balance.account }))
    .name("out");
});

const payments: Payment[][] = [0, 1].map(partition =>
  Array.from({ length: 40 }, (_, i) => ({ account: `a${(i * 7 + partition) % 5}`, cents: i + 1 + 1_000 * partition })),
);

/** A cluster on simulated machines, each role on its own. */
class SmallCluster {
  readonly kernel: Kernel;
  readonly site: Site;
  readonly events: {
    readonly role: string;
    readonly event: string;
    readonly checkpoint?: number;
    readonly attempt?: number;
  }[] = [];
  readonly crashes: unknown[] = [];
  readonly uploaded: string[] = [];
  readonly #disks = new Map<string, SimDisk>();

  constructor(seed: string, changes: Partial<ClusterConfig> = {}) {
    this.kernel = new Kernel({ seed, eventsMax: 400_000, untilUs: 120_000_000 });
    this.site = new Site(this.kernel, { settings: { latencyUs: 100, jitterUs: 50 }, classifier: frameClassifier });
    this.site.onProcess(({ role, what, cause }) => {
      if (what === "crashed") this.crashes.push(`${role}: ${cause instanceof Error ? cause.stack : String(cause)}`);
    });
    this.site.onEmit((role, _incarnation, event) => {
      this.events.push({ role, ...event });
      if (event.event === "job.finished" || event.event === "job.failed") this.after(2_000, () => this.kernel.stop());
    });
    const cluster: ClusterConfig = {
      coordination: "coord:rpc",
      broker: "broker:rpc",
      storageNodes: ["dfs0:rpc", "dfs1:rpc", "dfs2:rpc"],
      replicas: 2,
      checkpointStorage: "dfs:///checkpoints",
      slotsPerWorker: 1,
      parallelism: 2,
      heartbeatIntervalMs: 100,
      heartbeatTimeoutMs: 500,
      rpcTimeoutMs: 200,
      sessionTtlMs: 1_000,
      restart: { kind: "fixed-delay", delayMs: 50, attemptsMax: 20 },
      slotsTimeoutMs: 60_000,
      slotsSettleMs: 5,
      cancelTimeoutMs: 5_000,
      transactionTimeoutMs: 20_000,
      bufferRecordsMax: 4,
      creditsPerChannel: 2,
      recordCostUs: 2_000,
      ...changes,
    };
    const graph = compileJob(balances, {}, { parallelism: cluster.parallelism });
    const reference = {
      id: "balances",
      name: balances.name,
      module: balances.module,
      params: {},
      graphHash: graph.hash,
    };
    for (const [role, kind] of roles) {
      const disk = new SimDisk(this.kernel, { machine: role, seed, latencyUs: 50 });
      this.#disks.set(role, disk);
      this.site.addMachine(role, { disk });
      this.site.place(role, role);
      for (const { path, bytes } of formatOf(role, kind)) disk.seed(path, bytes);
    }
    this.#seed("payments", payments);
    this.#seed("balances", [[], []]);
    for (const [role, kind] of roles)
      this.site.start(role, host => startRole(host, kind, { cluster, job: reference, jobs: () => balances }));
  }

  after(ms: number, act: () => void): void {
    this.kernel.at(this.kernel.nowUs + ms * 1_000, this.kernel.owner("test"), act);
  }

  /** Does something the nth time that anybody says so. */
  when(event: string, nth: number, act: () => void): void {
    let seen = 0;
    this.site.onEmit((_role, _incarnation, { event: said }) => {
      if (said === event && ++seen === nth) this.after(0, act);
    });
  }

  kill(role: string, forMs: number): void {
    this.site.kill(role);
    this.after(forMs, () => this.site.start(role));
  }

  /** A file that no checkpoint will name, by somebody else than the job. */
  upload(path: string): void {
    this.site.addMachine("stranger", { disk: diskless });
    this.site.place("stranger", "stranger");
    this.site.start("stranger", host => {
      const nodes = ["dfs0:rpc", "dfs1:rpc", "dfs2:rpc"];
      const store = new FileStoreClient(host, { nodes, replicas: 2, rpcTimeoutMs: 200 });
      void store.put(`/checkpoints/balances/${path}`, encode("left over")).then(() => this.uploaded.push(path));
    });
  }

  said(event: string): number {
    return this.events.filter(one => one.event === event).length;
  }

  /** Committed balances, in order, by account. */
  output(): Map<string, number[]> {
    const { topics } = readBrokerLog(this.#disks.get("broker")!.durable, roleFolder("broker"));
    const byAccount = new Map<string, number[]>();
    for (const record of (topics.get("balances") ?? []).flat()) {
      const { account, cents } = decode(record.value) as Payment;
      byAccount.set(account, [...(byAccount.get(account) ?? []), cents]);
    }
    return byAccount;
  }

  /** Files of checkpoints that would survive now, on any storage node. */
  checkpointFiles(): string[] {
    return ["dfs0", "dfs1", "dfs2"].flatMap(role =>
      this.#disks.get(role)!.durable.list(replicaFolder(roleFolder(role))),
    );
  }

  /** Transactions that are neither committed nor aborted. */
  undecided(): string[] {
    const { transactions } = readBrokerLog(this.#disks.get("broker")!.durable, roleFolder("broker"));
    const state = new Map(transactions.map(({ transactionalId, kind }) => [transactionalId, kind]));
    return [...state].filter(([, kind]) => kind === "begun" || kind === "prepared").map(([id]) => id);
  }

  #seed(topic: string, partitions: readonly (readonly unknown[])[]): void {
    const records = partitions.map(partition =>
      partition.map(value => ({ key: null, value: encode(value), timestampMs: 0 })),
    );
    for (const { name, bytes } of topicImage(topic, records))
      this.#disks.get("broker")!.seed(`${roleFolder("broker")}/${name}`, bytes);
  }
}

const roles: readonly (readonly [string, RoleKind])[] = [
  ["coord", "coordination"],
  ["broker", "broker"],
  ["dfs0", "storage"],
  ["dfs1", "storage"],
  ["dfs2", "storage"],
  ["jm0", "job-manager"],
  ["jm1", "job-manager"],
  ["tm0", "worker"],
  ["tm1", "worker"],
];

/** Each input once: as many outputs as inputs, each account's last balance its sum, and each step a payment of its own. */
function expectExact(output: Map<string, number[]>): void {
  const inputs = payments.flat();
  for (const [account, balancesSeen] of output) {
    const cents = inputs.filter(payment => payment.account === account).map(payment => payment.cents);
    const steps = balancesSeen.map((balance, i) => balance - (balancesSeen[i - 1] ?? 0));
    expect(steps.toSorted((a, b) => a - b)).toEqual(cents.toSorted((a, b) => a - b));
  }
  expect(output.size).toBe(new Set(inputs.map(payment => payment.account)).size);
}

/** What every run owes, whatever happened to it. */
async function expectRecovery(cluster: SmallCluster): Promise<void> {
  const end = await cluster.kernel.run();
  expect(cluster.crashes).toEqual([]);
  expect([end.kind, cluster.said("job.finished")]).toEqual(["stopped", 1]);
  expectExact(cluster.output());
  expect(cluster.undecided()).toEqual([]);
  expect(cluster.checkpointFiles()).toEqual([]);
}

/** The leader is whoever won the election first: both candidates start at the same instant. */
function leaderOf(cluster: SmallCluster): string {
  return cluster.events.findLast(({ event }) => event === "leader.elect")!.role;
}

test("a bounded job runs to its end with exact output", async () => {
  const cluster = new SmallCluster("a");
  await expectRecovery(cluster);
  expect(cluster.said("checkpoint.complete")).toBeGreaterThan(0);
  expect(cluster.said("job.restart")).toBe(0);
});

test("a worker that is killed in mid-input costs a restart and no record", async () => {
  const cluster = new SmallCluster("b");
  cluster.when("checkpoint.complete", 1, () => cluster.kill("tm1", 300));
  await expectRecovery(cluster);
  expect(cluster.said("task.restore")).toBeGreaterThan(0);
});

test("a worker that is killed for good leaves its work to the other", async () => {
  const cluster = new SmallCluster("c", { slotsPerWorker: 2 });
  cluster.when("sink.precommit", 1, () => cluster.site.kill("tm0"));
  await expectRecovery(cluster);
  expect(cluster.said("job.restart")).toBeGreaterThan(0);
});

test("a leader that is killed between the metadata and the pointer is followed by the standby", async () => {
  const cluster = new SmallCluster("d");
  cluster.when("metadata.write", 1, () => cluster.site.kill(leaderOf(cluster)));
  await expectRecovery(cluster);
  expect(cluster.said("leader.elect")).toBe(2);
});

test("a job manager that starts again goes on from the newest checkpoint", async () => {
  const cluster = new SmallCluster("e");
  cluster.when("checkpoint.complete", 1, () => cluster.kill(leaderOf(cluster), 10));
  await expectRecovery(cluster);
  expect(cluster.said("task.restore")).toBeGreaterThan(0);
});

test("a worker that was thought dead and wakes up changes nothing", async () => {
  const cluster = new SmallCluster("f", { slotsPerWorker: 2 });
  cluster.when("checkpoint.complete", 1, () => {
    cluster.site.pause("tm1");
    cluster.after(900, () => cluster.site.resume("tm1"));
  });
  await expectRecovery(cluster);
  expect(cluster.said("job.restart")).toBeGreaterThan(0);
});

test("a leader that was thought dead and wakes up changes nothing", async () => {
  const cluster = new SmallCluster("g");
  cluster.when("checkpoint.trigger", 1, () => {
    const leader = leaderOf(cluster);
    cluster.site.pause(leader);
    cluster.after(2_000, () => cluster.site.resume(leader));
  });
  await expectRecovery(cluster);
  expect(cluster.said("leader.elect")).toBeGreaterThan(1);
});

test("all machines lose power at once and the job goes on from what was synced", async () => {
  const cluster = new SmallCluster("h");
  cluster.when("commit.notify", 1, () => {
    cluster.site.powerLoss(roles.map(([role]) => role));
    cluster.after(100, () => {
      for (const [role] of roles) cluster.site.powerOn(role);
      for (const [role] of roles) cluster.site.start(role);
    });
  });
  await expectRecovery(cluster);
  expect(cluster.said("task.restore")).toBeGreaterThan(0);
});

test("a job whose restarts are used up fails, and says so", async () => {
  const cluster = new SmallCluster("i", { restart: { kind: "none" } });
  cluster.when("checkpoint.complete", 1, () => cluster.kill("tm1", 300));
  await cluster.kernel.run();
  expect([cluster.said("job.failed"), cluster.said("job.finished")]).toEqual([1, 0]);
});

test("the wait for slots of one attempt is over with it: a later attempt has all of its own", async () => {
  const restart = { kind: "fixed-delay", delayMs: 50, attemptsMax: 1 } as const;
  const cluster = new SmallCluster("j", { restart, slotsTimeoutMs: 1_000 });
  let waitedMs = 0;
  cluster.when("checkpoint.complete", 1, () => {
    const killedMs = cluster.kernel.nowUs / 1_000;
    // Away from before the first wait's end till after it, and back before the second one's.
    expect(killedMs).toBeLessThan(900);
    waitedMs = 1_200 - killedMs;
    cluster.kill("tm1", waitedMs);
  });
  await expectRecovery(cluster);
  expect([waitedMs > 0, cluster.said("job.restart")]).toEqual([true, 1]);
});

test("a finished job leaves no file of the last id that was reserved for it", async () => {
  const cluster = new SmallCluster("k");
  cluster.when("checkpoint.complete", 1, () => cluster.upload("chk-64/left.state"));
  await expectRecovery(cluster);
  expect(cluster.uploaded).toEqual(["chk-64/left.state"]);
});

test("workers that are lost while they are to cancel are waited for no longer than slots are", async () => {
  const restart = { kind: "fixed-delay", delayMs: 50, attemptsMax: 1 } as const;
  const cluster = new SmallCluster("l", { restart, slotsTimeoutMs: 2_000 });
  cluster.when("checkpoint.complete", 1, () => cluster.site.kill("tm0"));
  cluster.when("job.restart", 1, () => cluster.site.kill("tm1"));
  expect((await cluster.kernel.run()).kind).toBe("stopped");
  expect([cluster.said("job.failed"), cluster.said("job.finished")]).toEqual([1, 0]);
});

test("what a dead leader's checkpoints have left goes while the job still runs", async () => {
  const cluster = new SmallCluster("m", { recordCostUs: 50_000 });
  cluster.when("checkpoint.trigger", 1, () => cluster.upload("chk-1/left.state"));
  cluster.when("checkpoint.complete", 1, () => cluster.kill(leaderOf(cluster), 100));
  let left: string[] | undefined;
  cluster.when("job.running", 2, () =>
    cluster.after(800, () => {
      if (cluster.said("job.finished") === 0)
        left = cluster.checkpointFiles().filter(path => path.includes("left.state"));
    }),
  );
  await cluster.kernel.run();
  expect(cluster.uploaded).toEqual(["chk-1/left.state"]);
  expect(left).toEqual([]);
});

test("a job of which only its files are left is not begun anew", async () => {
  const cluster = new SmallCluster("n");
  for (const role of ["jm0", "jm1"]) cluster.after(0, () => cluster.kill(role, 500));
  cluster.upload("chk-3/metadata-1");
  await cluster.kernel.run();
  expect(cluster.uploaded).toEqual(["chk-3/metadata-1"]);
  expect([cluster.said("job.failed"), cluster.said("job.running")]).toEqual([1, 0]);
});
