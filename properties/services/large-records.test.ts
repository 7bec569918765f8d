import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { ProduceQueue } from "../../src/runtime/connectors/produce-queue.ts";
import { BrokerClient, type ProduceRequest } from "../../src/services/log-broker/broker-client.ts";
import { logBrokerMain } from "../../src/services/log-broker/log-broker.ts";
import { BATCH_BYTES_MAX, RECORD_BYTES_MAX } from "../../src/services/log-broker/log-record.ts";
import { ServiceSite } from "./service-site.ts";

/** What a message holds ends by bytes, too: as many records as one may have, of any size, would fit in none. */
async function withBroker(play: (client: BrokerClient, host: Host) => Promise<void>): Promise<void> {
  const site = new ServiceSite("large", {
    broker: host => logBrokerMain(host, { address: "broker:rpc", dir: "/broker" }),
  });
  await site.play(async host => {
    const client = new BrokerClient(host, { address: "broker:rpc", rpcTimeoutMs: 5_000 });
    await pause(host, 50);
    await client.createTopic("out", 1);
    await play(client, host);
  });
}

const nobody = { topic: "out", partition: 0, producerId: -1, epoch: 0, sequence: 0 };

const sized = (bytes: number) => ({ key: null, value: new Uint8Array(bytes), timestampMs: 0 });

async function answersOf(client: BrokerClient): Promise<number[][]> {
  const answers: number[][] = [];
  for (let offset = 0; ;) {
    const place = { topic: "out", partition: 0, offset, recordsMax: 100, waitMsMax: 0 };
    const { records, nextOffset, endOffset } = await client.fetch({ ...place, isolation: "read-committed" });
    answers.push(records.map(record => record.value.length));
    if (nextOffset >= endOffset) return answers;
    offset = nextOffset;
  }
}

test("a fetch gives what one answer holds, and a record that is larger by itself", async () => {
  await withBroker(async client => {
    const half = BATCH_BYTES_MAX / 2;
    const sizes = [half, half, half, 3 * BATCH_BYTES_MAX, 1, half];
    for (const size of sizes) await client.produce({ ...nobody, records: [sized(size)] });
    expect(await answersOf(client)).toEqual([[half, half], [half], [3 * BATCH_BYTES_MAX], [1, half]]);
  });
});

test("a record that no message would hold is refused by the broker, which goes on", async () => {
  await withBroker(async client => {
    await expect(client.produce({ ...nobody, records: [sized(RECORD_BYTES_MAX + 1)] })).rejects.toMatchObject({
      code: "record-too-large",
    });
    await client.produce({ ...nobody, records: [sized(RECORD_BYTES_MAX)] });
    expect(await answersOf(client)).toEqual([[RECORD_BYTES_MAX]]);
  });
});

test("a sink sends what one request holds as soon as it has it, and the rest behind it", async () => {
  await withBroker(async (client, host) => {
    const requests: number[] = [];
    const failures: unknown[] = [];
    const queue = new ProduceQueue<number>({
      host,
      broker: {
        produce: (request: ProduceRequest) => {
          requests.push(request.records.length);
          return client.produce(request);
        },
      },
      topic: "out",
      format: { encode: bytes => new Uint8Array(bytes), key: undefined },
      subtask: 0,
      changed: () => {},
      failed: cause => failures.push(cause),
    });
    queue.partitionsAre(1);
    queue.produceAs({ producerId: -1, epoch: 0 });
    const part = BATCH_BYTES_MAX * 0.4;
    const write = (bytes: number) => queue.write(bytes, { timestampMs: 0, origin: undefined });
    for (let i = 0; i < 3; i++) write(part);
    // Three fill a request, of which two are sent; nobody had to flush.
    expect(requests).toEqual([2]);
    for (let i = 0; i < 4; i++) write(part);
    await queue.flush();
    expect(requests).toEqual([2, 2, 2, 1]);
    expect((await answersOf(client)).flat()).toEqual(Array.from({ length: 7 }, () => Math.floor(part)));
    expect(() => write(RECORD_BYTES_MAX + 1)).toThrow(/^A record of 16777217 bytes for the topic out/);
    expect([queue.pending, failures]).toEqual([0, []]);
  });
});
