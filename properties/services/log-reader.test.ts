import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { encode } from "../../src/rpc/codec.ts";
import type { ReaderContext } from "../../src/runtime/api/source.ts";
import { logSource } from "../../src/runtime/connectors/log-source.ts";
import type { LogSplit } from "../../src/runtime/connectors/log-split.ts";
import { BrokerClient } from "../../src/services/log-broker/broker-client.ts";
import { logBrokerMain } from "../../src/services/log-broker/log-broker.ts";
import { ServiceSite } from "./service-site.ts";

/** A reader of the log source on a real broker, whose topic goes on changing. */
interface Reading {
  readonly host: Host;
  readonly client: BrokerClient;
  readonly site: ServiceSite;
  /** Appends one record. */
  readonly append: (value: number) => Promise<unknown>;
  /** Reads the split from where it stands until there is nothing more, or the reader fails. */
  readonly read: (split: LogSplit) => Promise<{ values: number[]; failures: string[]; state: readonly LogSplit[] }>;
}

async function reading(script: (given: Reading) => Promise<void>): Promise<void> {
  const site = new ServiceSite("reader", {
    broker: host => logBrokerMain(host, { address: "broker:rpc", dir: "/broker" }),
  });
  await site.play(async host => {
    await pause(host, 50);
    const client = new BrokerClient(host, { address: "broker:rpc", rpcTimeoutMs: 200 });
    await client.createTopic("in", 1);
    const append = (value: number) => {
      const records = [{ key: null, value: encode(value), timestampMs: 0 }];
      return client.produce({ topic: "in", partition: 0, producerId: -1, epoch: 0, sequence: 0, records });
    };
    const read = async (split: LogSplit) => {
      const values: number[] = [];
      const failures: string[] = [];
      const context: ReaderContext = {
        host,
        services: { broker: "broker:rpc", storageNodes: [], replicas: 1, rpcTimeoutMs: 200, transactionTimeoutMs: 1 },
        subtask: 0,
        parallelism: 1,
        vertex: "in",
        requestSplit: () => {},
        available: () => {},
        fail: cause => void failures.push(String(cause)),
      };
      const reader = logSource<number>({ topic: "in", bounded: true }).createReader(context);
      reader.addSplits([split]);
      reader.noMoreSplits();
      const polled = () => reader.poll({ emit: value => void values.push(value) }, 100);
      while (polled() !== "end" && failures.length === 0) await pause(host, 10);
      const state = reader.snapshotState(1) as readonly LogSplit[];
      reader.close();
      return { values, failures, state };
    };
    await script({ host, client, site, append, read });
  });
}

const split: LogSplit = { topic: "in", partition: 0, position: 0, end: 2 };

test("a bounded split ends where it was found to end, though the topic has grown before it was read", async () => {
  await reading(async ({ append, read }) => {
    for (const value of [1, 2, 3, 4]) await append(value);
    expect(await read(split)).toMatchObject({ values: [1, 2], failures: [], state: [{ position: 2 }] });
  });
});

test("a reader that goes on from a checkpoint is told that the broker has lost what an earlier one had seen", async () => {
  await reading(async ({ host, site, append, read }) => {
    for (const value of [1, 2]) await append(value);
    const { state } = await read(split);
    const [{ log }] = state as readonly [LogSplit];
    expect(log).toEqual([expect.any(Number), expect.any(Number)]);
    site.end("broker", "power-loss", 10_000);
    await pause(host, 50);
    const same = await read({ ...split, end: 2, ...(log === undefined ? {} : { log }) });
    expect(same).toMatchObject({ values: [1, 2], failures: [] });
    const [mark, number] = log!;
    const ahead = await read({ ...split, log: [mark, number + 50] });
    expect(ahead.values).toEqual([]);
    expect(ahead.failures).toEqual([expect.stringContaining("Unrecoverable: data-lost")]);
  });
});

test("a bounded split whose last offset is the marker of a transaction is read to its end", async () => {
  await reading(async ({ host, client, read }) => {
    const id = { transactionalId: "t", timeoutMs: 5_000, keepPrepared: false };
    const name = { transactionalId: "t", ...(await client.initTransactions(id)) };
    const records = [{ key: null, value: encode(1), timestampMs: 0 }];
    await client.produce({ topic: "in", partition: 0, ...name, sequence: 0, records });
    await client.prepare(name);
    await client.commit(name);
    const { endOffset } = await client.endOffset("in", 0, "read-committed");
    let result: unknown;
    void read({ ...split, end: endOffset }).then(one => (result = one));
    await pause(host, 20_000);
    expect(result).toMatchObject({ values: [1], state: [{ position: 2 }] });
  });
});
