import { expect, test } from "vitest";
import { Kernel } from "../../kernel/kernel.ts";
import { decode, encode } from "../../rpc/codec.ts";
import { roleFolder, startRole, type RoleKind } from "../../roles/role-table.ts";
import { readBrokerLog, topicImage } from "../../services/log-broker/broker-log.ts";
import { SimDisk } from "../../sim/disk/sim-disk.ts";
import { Site } from "../../sim/site.ts";
import { frameClassifier } from "../../rpc/classify.ts";
import { job } from "../api/job.ts";
import { logSink } from "../connectors/log-sink.ts";
import { logSource } from "../connectors/log-source.ts";
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
  Array.from({ length: 300 }, (_, i) => ({ account: `a${(i * 7 + partition) % 5}`, cents: i + 1 + 1_000 * partition })),
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
  readonly #disks = new Map<string, SimDisk>();

  constructor(seed: string, changes: Partial<ClusterConfig> = {}) {
    this.kernel = new Kernel({ seed, eventsMax: 400_000, untilUs: 120_000_000 });
    this.site = new Site(this.kernel, { settings: { latencyUs: 100, jitterUs: 50 }, classifier: frameClassifier });
    this.site.onProcess(({ role, what, cause }) => {
      if (what === "crashed") this.crashes.push(`${role}: ${cause instanceof Error ? cause.stack : String(cause)}`);
    });
    this.site.onEmit((role, _incarnation, event) => {
      this.events.push({ role, ...event });
      if (event.event === "job.finished" || event.event === "job.failed") this.after(1_000, () => this.kernel.stop());
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
    for (const [role] of roles) {
      const disk = new SimDisk(this.kernel, { machine: role, seed, latencyUs: 50 });
      this.#disks.set(role, disk);
      this.site.addMachine(role, { disk });
      this.site.place(role, role);
    }
    this.#seed("payments", payments);
    this.#seed("balances", [[], []]);
    for (const [role, kind] of roles)
      this.site.start(role, host => startRole(host, kind, { cluster, job: reference, jobs: () => balances }));
  }

  after(ms: number, act: () => void): void {
    this.kernel.at(this.kernel.nowUs + ms * 1_000, this.kernel.owner("test"), act);
  }

  /** Does something the nth time that a role says so. */
  when(event: string, role: string, nth: number, act: () => void): void {
    let seen = 0;
    this.site.onEmit((by, _incarnation, { event: said }) => {
      if (said === event && by === role && ++seen === nth) this.after(0, act);
    });
  }

  kill(role: string, forMs: number): void {
    this.site.kill(role);
    this.after(forMs, () => this.site.start(role));
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

import { noNetEffect } from "../../sim/net/net-effect.ts";
import { drawKey, draw } from "../../kernel/random.ts";
test("fuzz", async () => {
  const kinds = (process.env["KINDS"] ?? "kill,pause,cut,reset,power").split(",");
  const from = Number(process.env["FROM"] ?? 0),
    to = Number(process.env["TO"] ?? 50);
  let events = 0,
    ms = 0,
    restores = 0,
    restarts = 0;
  for (let i = from; i < to; i++) {
    const cluster = new SmallCluster(`s${i}`, { slotsPerWorker: 2, ...(process.env["PAR"] ? {} : {}) });
    const key = drawKey("fuzz", `${i}`);
    let n = 0;
    const below = (k: number): number => draw(key, n++) % k;
    const log: string[] = [];
    const names = roles.map(([role]) => role);
    const count = 1 + below(4);
    for (let f = 0; f < count; f++) {
      const kind = kinds[below(kinds.length)]!;
      const role = names[below(3) === 0 ? below(names.length) : 5 + below(3)]!;
      const other = names[below(names.length)]!;
      const at = 100 + below(1500);
      const dur = 50 + below(1500);
      log.push(`${kind} ${role} ${other} at ${at} for ${dur}`);
      cluster.after(at, () => {
        if (kind === "kill") {
          if (cluster.site.kill(role))
            cluster.after(dur, () => {
              if (cluster.site.role(role).incarnation === undefined && cluster.site.machine(role).stack.powered)
                cluster.site.start(role);
            });
        } else if (kind === "pause") {
          if (cluster.site.pause(role)) cluster.after(dur, () => cluster.site.resume(role));
        } else if (["cut", "hold", "reset", "iso"].includes(kind) && role !== other) {
          const links =
            kind === "iso"
              ? cluster.site.network.around(role)
              : below(2)
                ? cluster.site.network.between(role, other)
                : [cluster.site.network.link(role, other)];
          const effect = noNetEffect();
          if (kind === "reset") cluster.site.network.reset(links, effect);
          else {
            const cure =
              kind === "hold" ? cluster.site.network.hold(links, effect) : cluster.site.network.cut(links, effect);
            cluster.after(dur, () => cure());
          }
        } else if (kind === "power") {
          if (cluster.site.machine(role).stack.powered) {
            cluster.site.powerLoss([role]);
            cluster.after(dur, () => {
              if (cluster.site.machine(role).stack.powered) return;
              cluster.site.powerOn(role);
              cluster.site.start(role);
            });
          }
        }
      });
    }
    const t = performance.now();
    const end = await cluster.kernel.run();
    ms += performance.now() - t;
    events += cluster.kernel.events;
    restores += cluster.said("task.restore") > 0 ? 1 : 0;
    restarts += cluster.said("job.restart");
    let problem = "";
    if (cluster.crashes.length) problem = `crash ${String(cluster.crashes[0])}`;
    else if (end.kind !== "stopped" || cluster.said("job.finished") === 0)
      problem = `end ${JSON.stringify(end)} at ${cluster.kernel.nowUs}`;
    else
      try {
        expectExact(cluster.output());
      } catch (e) {
        problem = `output ${(e as Error).message.slice(0, 300)}`;
      }
    if (problem) {
      console.log(i, problem, log.join("; "));
      console.log(
        cluster.events
          .slice(-25)
          .map(e => JSON.stringify(e))
          .join("\n"),
      );
      if (process.env["STOP"]) break;
    }
  }
  console.log({ events, ms, restores, restarts });
}, 600_000);
