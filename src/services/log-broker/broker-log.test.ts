import { expect, test } from "vitest";
import { encodeEntry } from "../log-entry.ts";
import type { Appended, BrokerChange } from "./broker-change.ts";
import { BrokerLogReader, brokerLogPath, readBrokerLog, topicImage, UnreadableLog } from "./broker-log.ts";

test("a log that grows is read on: at each length the history is that of a reader who begins there", () => {
  const reader = new BrokerLogReader("/broker");
  const files = withImages();
  const whole = logOf(transactions);
  for (let end = 0; end <= whole.length; end += 256) {
    files.set(brokerLogPath("/broker"), whole.subarray(0, end));
    expect(told(reader.read(viewOf(files)))).toEqual(told(readBrokerLog(viewOf(files), "/broker")));
  }
  expect(told(reader.read(viewOf(files))).transactions).toHaveLength(5);
});

test("a log that lost its end, or that is another one, is read from its beginning", () => {
  const files = withImages();
  const path = brokerLogPath("/broker");
  const reader = new BrokerLogReader("/broker");
  const read = (log: Uint8Array) => {
    files.set(path, log);
    const history = told(reader.read(viewOf(files)));
    expect(history).toEqual(told(readBrokerLog(viewOf(files), "/broker")));
    return history.transactions.length;
  };
  expect(read(logOf(transactions))).toBe(5);
  expect(read(logOf(transactions.slice(0, 3)))).toBe(1);
  expect(read(logOf([{ kind: "ended", transactionalId: "nobody", outcome: "committed" }, ...transactions]))).toBe(5);
});

test("a log that makes no sense makes none when it is read again", () => {
  const reader = new BrokerLogReader("/broker");
  const files = withImages();
  files.set(brokerLogPath("/broker"), logOf([{ ...appended, topic: "unheard-of" }]));
  for (let i = 0; i < 2; i++) expect(() => reader.read(viewOf(files))).toThrow(UnreadableLog);
});

test("what a partition has lost stays in the history, and what stands there now is what took its offsets", () => {
  const files = withImages();
  const append = (...keys: number[]): BrokerChange => ({
    ...{ kind: "appended", topic: "sales", partition: 0, producerId: -1, epoch: 0, sequence: 0 },
    records: keys.map(key => [Uint8Array.of(key), value, 0]) as never,
  });
  const cut = (endOffset: number): BrokerChange => ({ kind: "truncated", topic: "sales", partition: 0, endOffset });
  const keysAfter = (...changes: BrokerChange[]) => {
    files.set(brokerLogPath("/broker"), logOf(changes));
    const { topics, standing } = readBrokerLog(viewOf(files), "/broker");
    return [topics, standing].map(of => of.get("sales")![0]!.map(({ offset, key }) => `${offset}:${key?.[0] ?? ""}`));
  };
  expect(keysAfter(append(7))).toEqual([
    ["0:", "1:7"],
    ["0:", "1:7"],
  ]);
  expect(keysAfter(append(7, 8), cut(2))).toEqual([
    ["0:", "1:7", "2:8"],
    ["0:", "1:7"],
  ]);
  expect(keysAfter(append(7, 8), cut(2), append(9, 10))).toEqual([
    ["0:", "1:7", "2:8"],
    ["0:", "1:7", "2:9", "3:10"],
  ]);
  // A later loss of less takes from what was put there, one of more from what stood before as well.
  expect(keysAfter(append(7, 8), cut(2), append(9, 10), cut(3))[1]).toEqual(["0:", "1:7", "2:9"]);
  expect(keysAfter(append(7, 8), cut(2), append(9, 10), cut(1), append(11))[1]).toEqual(["0:", "1:11"]);
});

const value = Uint8Array.of(1, 2, 3);
const appended: Appended = {
  kind: "appended",
  topic: "totals",
  partition: 0,
  producerId: 1,
  epoch: 0,
  sequence: 0,
  transactionalId: "t1",
  records: [[null, value, 0]] as never,
};

const transactions: readonly BrokerChange[] = [
  { kind: "topic-created", topic: "totals", partitions: 1 },
  { kind: "epoch-begun", transactionalId: "t1", producerId: 1, epoch: 0, timeoutMs: 1000 },
  appended,
  { kind: "prepared", transactionalId: "t1" },
  { kind: "ended", transactionalId: "t1", outcome: "committed" },
  { ...appended, sequence: 1 },
  { kind: "ended", transactionalId: "t1", outcome: "aborted" },
];

function withImages(): Map<string, Uint8Array> {
  const image = topicImage("sales", [[{ key: null, value, timestampMs: 7 }]]);
  return new Map(image.map(({ name, bytes }) => [`/broker/${name}`, bytes]));
}

function logOf(changes: readonly BrokerChange[]): Uint8Array {
  return Buffer.concat(changes.map((change, i) => encodeEntry(i + 1, [change])));
}

function viewOf(files: ReadonlyMap<string, Uint8Array>) {
  return {
    read: (path: string) => files.get(path),
    list: (folder: string) => [...files.keys()].filter(path => path.startsWith(`${folder}/`)),
  };
}

function told({ transactions: events, topics }: ReturnType<typeof readBrokerLog>) {
  return { transactions: [...events], topics: [...topics] };
}
