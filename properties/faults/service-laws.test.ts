import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import type { CaseRun } from "../../src/explore/case-run.ts";
import { planOn as on } from "../../src/explore/plan.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { RpcFault } from "../../src/rpc/rpc-error.ts";
import { coordinationMain } from "../../src/services/coordination/coordination-server.ts";
import { CoordinationClient } from "../../src/services/coordination/coordination-client.ts";
import { BrokerClient } from "../../src/services/log-broker/broker-client.ts";
import { logBrokerMain } from "../../src/services/log-broker/log-broker.ts";
import type { Fault, FaultKind } from "../../src/world/fault.ts";
import { faultDevice } from "../../src/world/faults/fault-catalogue.ts";
import type { Levers } from "../../src/world/faults/fault-device.ts";
import { payments } from "../../scenarios/data/payments.ts";
import { balances } from "../../scenarios/jobs/balances.ts";
import { ServiceSite } from "../services/service-site.ts";

/** Laws of what operators and housekeeping do to users of the services; then what a job makes of it. */

const input = scenario("service-faults", {
  why: "A job whose services do what their operators tell them: it goes on, or says what it has lost.",
  job: balances,
  params: { recordsPerFetch: 10 },
  input: { payments: payments(200) },
  knobs: { restartsMax: 3 },
  storm: false,
});
const player = new WorldPlayer(input);

async function played(...plan: readonly Fault[]): Promise<CaseRun> {
  return player.play({ ...calmCase(input), plan }, { record: true });
}

const whatOf = (run: CaseRun, what: string) => run.entries.filter(entry => entry.what === what);

async function atBroker(act: (client: BrokerClient, host: Host, site: ServiceSite) => Promise<void>): Promise<void> {
  const site = new ServiceSite("laws", {
    broker: host => logBrokerMain(host, { address: "broker:rpc", dir: "/broker" }),
  });
  await site.play(async host => {
    const client = new BrokerClient(host, { address: "broker:rpc", rpcTimeoutMs: 100 });
    await pause(host, 50);
    await client.createTopic("in", 1);
    for (let i = 0; i < 10; i++) {
      const records = [{ key: null, value: Uint8Array.of(i), timestampMs: 0 }];
      await client.produce({ topic: "in", partition: 0, producerId: -1, epoch: 0, sequence: 0, records });
    }
    await act(client, host, site);
  });
}

async function readFrom(client: BrokerClient, offset: number): Promise<readonly number[] | string> {
  try {
    const request = { topic: "in", partition: 0, offset, recordsMax: 99, waitMsMax: 0 };
    const { records } = await client.fetch({ ...request, isolation: "read-committed" });
    return records.map(({ value }) => value[0]!);
  } catch (error) {
    return error instanceof RpcFault ? error.code : String(error);
  }
}

/** Has the operator of a fault do its work, and says what the fault has changed, if anything. */
async function operated(
  { site }: ServiceSite,
  host: Host,
  kind: FaultKind,
  params: NonNullable<Fault["params"]> = {},
): Promise<string | undefined> {
  const target = kind.startsWith("coord.") ? "coord" : "broker";
  const levers: Pick<Levers, "site" | "inputTopics" | "operate"> = {
    site,
    inputTopics: ["in"],
    operate(name, beside, program) {
      site.place(name, site.machineOf(beside).name);
      site.start(name, program);
    },
  };
  // These faults reach for nothing else.
  const injected = faultDevice(kind).inject(levers as Levers, {
    kind,
    target,
    when: { atUs: site.kernel.nowUs },
    params,
  });
  await pause(host, 200);
  return injected.effect()?.note;
}

test("records beyond retention cannot be fetched, and the others can", async () => {
  await atBroker(async client => {
    expect(await client.deleteRecords("in", 0, 7)).toBe(7);
    expect(await readFrom(client, 6)).toBe("offset-out-of-range");
    expect(await readFrom(client, 7)).toEqual([7, 8, 9]);
    expect(await client.deleteRecords("in", 0, 99)).toBe(10);
    expect(await readFrom(client, 10)).toEqual([]);
  });
});

test("a truncated log has lost its tail, and a reader beyond it is told", async () => {
  await atBroker(async client => {
    expect(await client.truncate("in", 0, 4)).toBe(4);
    expect(await readFrom(client, 0)).toEqual([0, 1, 2, 3]);
    expect(await readFrom(client, 5)).toBe("offset-out-of-range");
    expect(await client.truncate("in", 0, 99)).toBe(4);
  });
});

test("what is deleted and truncated is one partition's, and no other's", async () => {
  await atBroker(async client => {
    await client.createTopic("beside", 2);
    for (const [topic, partition] of [
      ["beside", 0],
      ["beside", 1],
    ] as const) {
      const records = [7, 8, 9].map(value => ({ key: null, value: Uint8Array.of(value), timestampMs: 0 }));
      await client.produce({ topic, partition, producerId: -1, epoch: 0, sequence: 0, records });
    }
    const read = async (topic: string, partition: number) => {
      const request = {
        topic,
        partition,
        offset: 0,
        recordsMax: 99,
        waitMsMax: 0,
        isolation: "read-committed",
      } as const;
      return (await client.fetch(request)).records.map(({ value }) => value[0]);
    };
    await client.truncate("beside", 0, 1);
    await client.truncate("in", 0, 2);
    expect([await read("beside", 0), await read("beside", 1), await read("in", 0)]).toEqual([[7], [7, 8, 9], [0, 1]]);
    await client.deleteRecords("beside", 0, 1);
    expect([await read("beside", 1), await read("in", 0)]).toEqual([
      [7, 8, 9],
      [0, 1],
    ]);
  });
});

test("what was read before a truncation is missed, whatever was appended in its place", async () => {
  await atBroker(async client => {
    const from = async (offset: number, epoch: number, waitMsMax = 0) => {
      const request = { topic: "in", partition: 0, offset, recordsMax: 99, waitMsMax, epoch };
      return client.fetch({ ...request, isolation: "read-committed" }).then(
        fetched => ({ epoch: fetched.epoch, offsets: fetched.records.map(record => record.offset) }),
        (error: unknown) => (error instanceof RpcFault ? `${error.code}: ${error.message}` : String(error)),
      );
    };
    const lost = (left: number, read: number) =>
      `log-truncated: in/0 has lost its records from ${left} on, and those up to ${read} were there`;
    const append = async (count: number) => {
      const records = Array.from({ length: count }, () => ({ key: null, value: Uint8Array.of(99), timestampMs: 0 }));
      await client.produce({ topic: "in", partition: 0, producerId: -1, epoch: 0, sequence: 0, records });
    };
    expect(await from(9, 0)).toEqual({ epoch: 0, offsets: [9] });
    const waiting = from(10, 0, 60);
    await client.truncate("in", 0, 6);
    await append(6);
    expect(await waiting).toBe(lost(6, 10));
    expect(await from(10, 0)).toBe(lost(6, 10));
    expect(await from(6, 0)).toEqual({ epoch: 1, offsets: [6, 7, 8, 9, 10, 11] });
    await client.truncate("in", 0, 8);
    await append(6);
    expect([await from(9, 1), await from(7, 0)]).toEqual([lost(8, 9), lost(6, 7)]);
    await client.truncate("in", 0, 2);
    await append(12);
    expect([await from(6, 0), await from(8, 1), await from(3, 2)]).toEqual([lost(2, 6), lost(2, 8), lost(2, 3)]);
    expect(await from(2, 0)).toMatchObject({ epoch: 3 });
  });
});

test("an expired transaction cannot be committed, and a prepared one does not expire", async () => {
  await atBroker(async client => {
    const [open, prepared] = await Promise.all(
      ["open", "prepared"].map(async transactionalId => {
        const name = {
          transactionalId,
          ...(await client.initTransactions({ transactionalId, timeoutMs: 60_000, keepPrepared: false })),
        };
        const records = [{ key: null, value: Uint8Array.of(99), timestampMs: 0 }];
        await client.produce({ topic: "in", partition: 0, ...name, sequence: 0, records });
        return name;
      }),
    );
    await client.prepare(prepared!);
    expect(await client.expireTransaction("open")).toBe(true);
    expect(await client.expireTransaction("prepared")).toBe(false);
    expect(await client.commit(open!)).toBe("aborted");
    expect(await client.commit(prepared!)).toBe("committed");
  });
});

test("retention that drops nothing, and a truncation of nothing, have no effect", async () => {
  await atBroker(async (client, host, site) => {
    expect(await operated(site, host, "broker.retention", { keep: 11 })).toBe(undefined);
    expect(await operated(site, host, "broker.retention", { keep: 10 })).toBe(undefined);
    expect(await operated(site, host, "broker.retention", { keep: 9 })).toBe("in/0 begins at 1");
    expect(await operated(site, host, "broker.truncate", { drop: 1 })).toBe("in/0 ends at 9");
    expect(await readFrom(client, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
  await atBroker(async (client, host, site) => {
    await client.truncate("in", 0, 0);
    expect(await operated(site, host, "broker.truncate", { drop: 1 })).toBe(undefined);
    expect(await operated(site, host, "broker.retention", { keep: 0 })).toBe(undefined);
  });
});

test("an expired session has lost its keys, and cannot be kept alive", async () => {
  const site = new ServiceSite("laws", {
    coord: host => coordinationMain(host, { address: "coord:rpc", dir: "/coord" }),
  });
  await site.play(async host => {
    const client = new CoordinationClient(host, { address: "coord:rpc", rpcTimeoutMs: 100 });
    await pause(host, 50);
    const [mine, other] = [await client.openSession(60_000), await client.openSession(60_000)];
    await client.compareAndSet({ key: "leader", expectedRevision: 0, value: "me", session: mine });
    expect(await client.sessions()).toEqual([mine, other]);
    expect(await client.closeSession(mine)).toBe(true);
    expect(await client.closeSession(mine)).toBe(false);
    expect(await client.get("leader")).toBe(undefined);
    expect([await client.keepAlive(mine), await client.keepAlive(other)]).toEqual(["expired", "alive"]);
  });
});

test("every session ends, and not only the first", async () => {
  const site = new ServiceSite("laws", {
    coord: host => coordinationMain(host, { address: "coord:rpc", dir: "/coord" }),
  });
  await site.play(async host => {
    const client = new CoordinationClient(host, { address: "coord:rpc", rpcTimeoutMs: 100 });
    await pause(host, 50);
    const sessions = [];
    for (let i = 0; i < 3; i++) sessions.push(await client.openSession(60_000));
    expect(await operated(site, host, "coord.expire-sessions")).toBe(sessions.map(id => `closed ${id}`).join(", "));
    expect(await client.sessions()).toEqual([]);
    expect(await operated(site, host, "coord.expire-sessions")).toBe(undefined);
  });
});

test("what belongs to no session stays when sessions end", async () => {
  const site = new ServiceSite("laws", {
    coord: host => coordinationMain(host, { address: "coord:rpc", dir: "/coord" }),
  });
  await site.play(async host => {
    const client = new CoordinationClient(host, { address: "coord:rpc", rpcTimeoutMs: 100 });
    await pause(host, 50);
    const session = await client.openSession(60_000);
    await client.compareAndSet({ key: "leader", expectedRevision: 0, value: "me", session });
    await client.compareAndSet({ key: "pointer", expectedRevision: 0, value: "chk-3" });
    for (const one of await client.sessions()) await client.closeSession(one);
    expect(await client.get("leader")).toBe(undefined);
    expect(await client.get("pointer")).toMatchObject({ value: "chk-3" });
    expect(await client.openSession(60_000)).not.toBe(session);
  });
});

test("a restored offset that no longer exists fails the job, and no offset is chosen instead", async () => {
  const run = await played(
    on.checkpoint(3).completed().dropOldRecords({ keep: 1 }),
    on.checkpoint(3).completed().plus({ ms: 20 }).kill("tm0", { forMs: 100 }),
  );
  expect(run.faults[0]).toMatchObject({ effective: true });
  expect(whatOf(run, "job.failed").length).toBeGreaterThan(0);
  expect(run.verdict).toEqual({ kind: "passed" });
  // By the kill, and by the loss: no restart would bring the records back.
  expect(whatOf(run, "job.restart").map(({ detail }) => detail?.["decision"])).toEqual(["restart", "give-up"]);
});

test("records that were there and are lost fail the job, whether or not its reader has come to them", async () => {
  for (const drop of [5, 90]) {
    const run = await played(on.checkpoint(1).completed().truncateLog({ drop }));
    expect(run.faults[0], `drop ${drop}`).toMatchObject({ effective: true });
    expect(whatOf(run, "job.failed").length, `drop ${drop}`).toBeGreaterThan(0);
    expect(run.verdict, `drop ${drop}`).toEqual({ kind: "passed" });
  }
});

test("records that stand where others were read fail the job, now or when it restores, and are never counted", async () => {
  const plans = [
    [on.checkpoint(1).completed().truncateLog({ drop: 80, refill: 300 })],
    // By then all is fetched, and the reader of the next attempt begins behind what is left.
    [
      on.checkpoint(2).completed().truncateLog({ drop: 95, refill: 300 }),
      on.checkpoint(2).completed().plus({ ms: 20 }).kill("tm0", { forMs: 100 }),
    ],
  ];
  for (const plan of plans) {
    const run = await played(...plan);
    expect(run.faults[0]).toMatchObject({ effective: true });
    expect(JSON.stringify(whatOf(run, "job.failed").at(0)?.detail)).toMatch(/payments\/\d has lost its records from/);
    expect(run.verdict).toEqual({ kind: "passed" });
  }
});

test("a job whose transactions are aborted under it goes on from its checkpoint", async () => {
  const run = await played(on.checkpoint(3).preCommitted("total[0]").expireTransactions());
  expect(run.faults[0]).toMatchObject({ effective: true });
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.recoveries.fromCheckpoint).toBeGreaterThan(0);
});

test("a leader whose session ends is followed by another term", async () => {
  const run = await played(on.checkpoint(2).completed().expireSessions());
  expect(run.faults[0]).toMatchObject({ effective: true });
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(whatOf(run, "leader.elect").length).toBeGreaterThan(1);
});

test("a classic broker that let prepared work time out fails the job; a durable one keeps it", async () => {
  const away = on.checkpoint(2).completed().kill("jm0", { forMs: 8_000 });
  const base = calmCase(input);
  for (const broker of ["classic", "durable-prepare"] as const) {
    const run = await player.play(
      {
        ...base,
        topology: { ...base.topology, broker },
        knobs: { ...base.knobs, transactionTimeoutMs: 1_000, stormMs: 12_000 },
        plan: [away],
      },
      { record: true },
    );
    expect(run.verdict.kind, `${broker}: ${JSON.stringify(run.verdict)}`).toBe("passed");
    expect(whatOf(run, "job.failed").length > 0, broker).toBe(broker === "classic");
  }
});
