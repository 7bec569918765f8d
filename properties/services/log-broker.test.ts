import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { RpcError, RpcFault } from "../../src/rpc/rpc-error.ts";
import { BrokerClient, type TransactionName } from "../../src/services/log-broker/broker-client.ts";
import { brokerLogPath, readBrokerLog, topicImage } from "../../src/services/log-broker/broker-log.ts";
import { logBrokerMain } from "../../src/services/log-broker/log-broker.ts";
import type { NewRecord } from "../../src/services/log-broker/log-record.ts";
import { ServiceSite, type End } from "./service-site.ts";

function brokerSite(seed: string, mode: "durable-prepare" | "classic" = "durable-prepare"): ServiceSite {
  return new ServiceSite(seed, {
    broker: host => logBrokerMain(host, { address: "broker:rpc", dir: "/broker", mode }),
  });
}

function brokerClient(host: Host): BrokerClient {
  return new BrokerClient(host, { address: "broker:rpc", rpcTimeoutMs: 100 });
}

async function sure<T>(host: Host, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      await pause(host, 7);
    }
  }
}

function record(text: string): NewRecord {
  return { key: null, value: new TextEncoder().encode(text), timestampMs: 0, origin: { split: "in/0", position: 1 } };
}

async function readAll(host: Host, client: BrokerClient, topic = "out"): Promise<string[]> {
  const read: string[] = [];
  for (let partition = 0; partition < 2; partition++) {
    for (let offset = 0; ;) {
      const from = offset;
      const fetched = await sure(host, () =>
        client.fetch({ topic, partition, offset: from, recordsMax: 3, waitMsMax: 0, isolation: "read-committed" }),
      );
      read.push(...fetched.records.map(({ value }) => `${partition}:${new TextDecoder().decode(value)}`));
      if (fetched.nextOffset >= fetched.endOffset) break;
      offset = fetched.nextOffset;
    }
  }
  return read;
}

/** Begins a transaction of two records, one in each partition. */
async function write(host: Host, client: BrokerClient, transactionalId: string): Promise<TransactionName> {
  const { producerId, epoch } = await sure(host, () =>
    client.initTransactions({ transactionalId, timeoutMs: 5_000, keepPrepared: false }),
  );
  const name = { transactionalId, producerId, epoch };
  for (const partition of [0, 1]) {
    await sure(host, () =>
      client.produce({ topic: "out", partition, ...name, sequence: 0, records: [record(transactionalId)] }),
    );
  }
  return name;
}

test.each<End>(["kill", "power-loss"])(
  "each acknowledged commit is there exactly once, in order, when the broker ends by %s before any of its port calls",
  async how => {
    for (let call = 1; call <= 60; call++) {
      const site = brokerSite(`sweep-${call}`);
      site.endsAtCall("broker", 0, call, how);
      site.endsAtCall("broker", 1, 1 + ((call * 5) % 31), how);
      await site.play(async host => {
        const client = brokerClient(host);
        await sure(host, () => client.createTopic("out", 2));
        const expected: string[] = [];
        for (let i = 0; i < 4; i++) {
          const name = await write(host, client, `t${i}`);
          expect(await sure(host, () => client.prepare(name))).toBe("prepared");
          const commits = i % 2 === 0;
          const outcome = commits
            ? await sure(host, () => client.commit(name))
            : await sure(host, () => client.abort(name));
          expect(commits ? ["committed", "already-committed"] : ["aborted"]).toContain(outcome);
          expect(await sure(host, () => client.commit(name))).toBe(commits ? "already-committed" : "aborted");
          if (commits) expected.push(`t${i}`);
        }
        const committed = [...expected.map(text => `0:${text}`), ...expected.map(text => `1:${text}`)];
        expect(await readAll(host, client)).toEqual(committed);
        expect(await sure(host, () => client.listTransactions(""))).toEqual([]);
        const history = readBrokerLog(site.disks.get("broker")!.durable, "/broker");
        expect(
          history.topics
            .get("out")!
            .flatMap((records, partition) =>
              records.map(({ value }) => `${partition}:${new TextDecoder().decode(value)}`),
            ),
        ).toEqual(committed);
        expect(
          history.transactions.filter(({ kind }) => kind === "committed").map(({ transactionalId }) => transactionalId),
        ).toEqual(expected);
      });
    }
  },
);

test("a prepared transaction survives a power loss and every time-out; an open one does not survive its own", async () => {
  const site = brokerSite("prepared");
  await site.play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const prepared = await write(host, client, "prepared");
    const open = await write(host, client, "open");
    expect(await client.prepare(prepared)).toBe("prepared");
    site.end("broker", "power-loss", 10_000);
    await pause(host, 4_000);
    expect(await sure(host, () => client.listTransactions(""))).toEqual([
      { ...open, state: "open" },
      { ...prepared, state: "prepared" },
    ]);
    await pause(host, 10_000);
    expect(await client.listTransactions("")).toEqual([{ ...prepared, state: "prepared" }]);
    expect(await client.commit(open)).toBe("aborted");
    await expect(
      client.produce({ topic: "out", partition: 0, ...open, sequence: 1, records: [record("late")] }),
    ).rejects.toMatchObject({ code: "fenced" });
    expect(await client.commit(prepared)).toBe("committed");
    expect(await readAll(host, client)).toEqual(["0:prepared", "1:prepared"]);
  });
});

test("in mode classic a prepared transaction times out, and its commit says so", async () => {
  await brokerSite("classic", "classic").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const name = await write(host, client, "t");
    expect(await client.prepare(name)).toBe("prepared");
    await pause(host, 6_000);
    expect(await client.commit(name)).toBe("aborted");
    expect(await readAll(host, client)).toEqual([]);
  });
});

test("an epoch whose transaction an operator aborted writes no more, so that no half of it can be committed", async () => {
  await brokerSite("half").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const name = await write(host, client, "first half");
    expect(await client.abort(name)).toBe("aborted");
    await expect(
      client.produce({ topic: "out", partition: 0, ...name, sequence: 1, records: [record("second half")] }),
    ).rejects.toMatchObject({ code: "fenced" });
    expect(await client.prepare(name)).toBe("aborted");
    expect(await client.commit(name)).toBe("aborted");
    expect(await readAll(host, client)).toEqual([]);
  });
});

test("a new epoch fences the old one: its writes never appear", async () => {
  const site = brokerSite("fence");
  await site.play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const old = await write(host, client, "t");
    const next = await write(host, client, "t");
    expect(next).toEqual({ ...old, epoch: old.epoch + 1 });
    await expect(
      client.produce({ topic: "out", partition: 0, ...old, sequence: 1, records: [record("zombie")] }),
    ).rejects.toMatchObject({ code: "fenced" });
    expect(await client.commit(old)).toBe("aborted");
    expect(await client.commit(next)).toBe("committed");
    expect(await readAll(host, client)).toEqual(["0:t", "1:t"]);
  });
});

test("a new epoch that keeps what is prepared commits it, and the old epoch then hears the truth", async () => {
  await brokerSite("keep").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const old = await write(host, client, "t");
    await client.prepare(old);
    const kept = await client.initTransactions({ transactionalId: "t", timeoutMs: 100, keepPrepared: true });
    expect(kept).toMatchObject({ epoch: old.epoch + 1, prepared: true });
    expect(await client.commit(old)).toBe("fenced");
    await pause(host, 1_000);
    expect(await client.commit({ ...old, epoch: kept.epoch })).toBe("committed");
    expect(await client.commit(old)).toBe("already-committed");
    expect(await client.commit({ ...old, producerId: 99 })).toBe("unknown-id");
    expect(await client.commit({ ...old, transactionalId: "never" })).toBe("unknown-id");
    expect(await client.commit({ ...old, epoch: 7 })).toBe("unknown-id");
  });
});

test("a fresh id is begun once: a request that is repeated late ends nothing, whatever was done under it by then", async () => {
  await brokerSite("fresh").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const begin = () =>
      client.initTransactions({ transactionalId: "f", timeoutMs: 5_000, keepPrepared: false, fresh: true });
    const first = await begin();
    const name = { transactionalId: "f", ...first };
    const batch = { topic: "out", partition: 0, ...name, sequence: 0, records: [record("f")] };
    await client.produce(batch);
    expect(await begin()).toEqual(first);
    expect(await client.prepare(name)).toBe("prepared");
    expect(await begin()).toEqual(first);
    expect(await client.commit(name)).toBe("committed");
    expect(await begin()).toEqual(first);
    expect(await readAll(host, client)).toEqual(["0:f"]);
    // One that has timed out is not begun again either: its owner is told.
    const late = { transactionalId: "g", timeoutMs: 100, keepPrepared: false, fresh: true } as const;
    const lost = { transactionalId: "g", ...(await client.initTransactions(late)) };
    await client.produce({ ...batch, ...lost });
    await pause(host, 1_000);
    expect(await client.initTransactions(late)).toMatchObject({ epoch: lost.epoch });
    await expect(client.produce({ ...batch, ...lost, sequence: 1 })).rejects.toMatchObject({ code: "fenced" });
  });
});

test("a repeated produce gets its first offset; a gap in the sequence is refused", async () => {
  await brokerSite("sequence").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const { producerId, epoch } = await client.initTransactions({
      transactionalId: "p",
      timeoutMs: 1_000,
      keepPrepared: false,
    });
    const batch = { topic: "out", partition: 0, producerId, epoch, sequence: 0, records: [record("a"), record("b")] };
    expect(await client.produce(batch)).toEqual({ baseOffset: 0 });
    expect(await client.produce(batch)).toEqual({ baseOffset: 0 });
    expect(await client.produce({ ...batch, sequence: 2, records: [record("c")] })).toEqual({ baseOffset: 2 });
    await expect(client.produce({ ...batch, sequence: 5 })).rejects.toMatchObject({ code: "out-of-order-sequence" });
    await expect(client.produce({ ...batch, producerId: 77 })).rejects.toMatchObject({ code: "unknown-producer" });
    expect(await readAll(host, client)).toEqual(["0:a", "0:b", "0:c"]);
  });
});

test.each([[{ epoch: 0 }], [{}]])("who waits behind a tail that is cut off is told at once: %j", async read => {
  await brokerSite("cut").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("in", 1));
    const batch = { topic: "in", partition: 0, producerId: -1, epoch: 0, sequence: 0 };
    await client.produce({ ...batch, records: [record("a"), record("b")] });
    const place = { topic: "in", partition: 0, offset: 2, recordsMax: 10, isolation: "read-committed" } as const;
    const waiting = client.fetch({ ...place, ...read, waitMsMax: 5_000 }).catch((error: unknown) => error);
    await pause(host, 20);
    const cut = host.clock.monotonic();
    await client.truncate("in", 0, 1);
    expect(await waiting).toMatchObject({ code: "log-truncated" });
    expect(host.clock.monotonic() - cut).toBeLessThan(50);
  });
});

test("read-committed stops at the first undecided record, and a commit wakes who waits for it", async () => {
  await brokerSite("poll").play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const name = await write(host, client, "t");
    await client.produce({
      topic: "out",
      partition: 0,
      producerId: -1,
      epoch: 0,
      sequence: 0,
      records: [record("behind")],
    });
    const fetch = {
      topic: "out",
      partition: 0,
      offset: 0,
      recordsMax: 10,
      waitMsMax: 400,
      isolation: "read-committed",
    } as const;
    const before = host.clock.monotonic();
    expect(await client.fetch(fetch)).toEqual({ records: [], nextOffset: 0, endOffset: 0, epoch: 0 });
    expect(host.clock.monotonic() - before).toBeGreaterThanOrEqual(400);
    expect((await client.fetch({ ...fetch, isolation: "read-uncommitted" })).records).toHaveLength(2);
    const waiting = client.fetch(fetch);
    const asked = host.clock.monotonic();
    await pause(host, 50);
    await client.commit(name);
    expect((await waiting).records.map(({ offset }) => offset)).toEqual([0, 1]);
    expect(host.clock.monotonic() - asked).toBeLessThan(100);
    // The marker takes an offset.
    expect(await client.endOffset("out", 0, "read-committed")).toEqual({ endOffset: 3, epoch: 0 });
    await expect(client.fetch({ ...fetch, offset: 9 })).rejects.toMatchObject({ code: "offset-out-of-range" });
    await expect(client.fetch({ ...fetch, topic: "none" })).rejects.toMatchObject({ code: "unknown-topic" });
    await expect(client.createTopic("out", 3)).rejects.toMatchObject({ code: "topic-exists" });
    await expect(client.fetch({ ...fetch, recordsMax: 0 })).rejects.toMatchObject({ code: "malformed" });
  });
});

test("a topic image is there from the start, and is there after a restart", async () => {
  const site = brokerSite("image");
  const records = Array.from({ length: 600 }, (_, i) => record(`r${i}`));
  for (const { name, bytes } of topicImage("in/topic", [records, [record("other")]]))
    site.disks.get("broker")!.seed(`/broker/${name}`, bytes);
  await site.play(async host => {
    const client = brokerClient(host);
    expect(await sure(host, () => client.partitions("in/topic"))).toBe(2);
    expect(await client.endOffset("in/topic", 0, "read-committed")).toEqual({ endOffset: 600, epoch: 0 });
    site.end("broker", "power-loss", 10_000);
    await pause(host, 20);
    const fetched = await sure(host, () =>
      client.fetch({
        topic: "in/topic",
        partition: 0,
        offset: 598,
        recordsMax: 10,
        waitMsMax: 0,
        isolation: "read-committed",
      }),
    );
    expect(fetched.records).toEqual([598, 599].map(offset => ({ offset, ...records[offset] })));
    expect(readBrokerLog(site.disks.get("broker")!.durable, "/broker").topics.get("in/topic")?.[1]).toEqual([
      { offset: 0, ...record("other") },
    ]);
  });
});

test("a fenced generation begins, writes and prepares nothing more, and what it had prepared can still be decided", async () => {
  const site = brokerSite("fence");
  await site.play(async host => {
    const client = brokerClient(host);
    await sure(host, () => client.createTopic("out", 2));
    const prepared = await write(host, client, "job/sink/1/0/0");
    await client.prepare(prepared);
    const open = await write(host, client, "job/sink/1/0/1");
    const other = await write(host, client, "job/other/1/0/0");
    const found = await client.fenceGenerations("job/sink/", 2);
    expect(found).toEqual({
      committed: [],
      undecided: [
        { ...prepared, state: "prepared" },
        { ...open, state: "open" },
      ],
    });
    const logged = site.disks.get("broker")!.durable.read(brokerLogPath("/broker"))!.length;
    expect(await client.fenceGenerations("job/sink/", 2)).toEqual(found);
    await client.fenceGenerations("job/sink/", 1);
    expect(site.disks.get("broker")!.durable.read(brokerLogPath("/broker"))).toHaveLength(logged);
    const init = (transactionalId: string) =>
      client.initTransactions({ transactionalId, timeoutMs: 5_000, keepPrepared: false }).then(
        () => "begun",
        (error: unknown) => (error instanceof RpcFault ? error.code : "other"),
      );
    expect(await init("job/sink/1/0/2")).toBe("fenced");
    expect(await init("job/sink/2/0/0")).toBe("begun");
    expect(await client.prepare(open)).toBe("fenced");
    expect(await client.abort(open)).toBe("aborted");
    expect(await client.prepare(other)).toBe("prepared");
    expect(await client.prepare(prepared)).toBe("prepared");
    expect(await client.commit(prepared)).toBe("committed");
  });
});
