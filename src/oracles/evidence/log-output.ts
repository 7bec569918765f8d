import { decode, encode } from "../../rpc/codec.ts";
import type { LogSink } from "../../runtime/connectors/log-sink.ts";
import type { LogSource } from "../../runtime/connectors/log-source.ts";
import type { LogicalNode } from "../../runtime/graph/logical-graph.ts";
import type { BrokerHistory, CommittedRecord as LogRecord } from "../../services/log-broker/broker-log.ts";
import type { Emission, OriginOfRecord } from "../reference/committed-pool.ts";
import { NotJudged } from "../reference/not-judged.ts";
import { imageOf } from "../reference/plain-value.ts";
import type { VisibleRecord } from "./visible-record.ts";

/**
 * The log connectors as the reference sees them: what a log source has read, what a log sink makes of a record, and what
 * stands committed in its topic. It reads the broker's durable log and runs nothing of the connectors.
 */
export function logSourceOf(node: LogicalNode): LogSource<unknown> | undefined {
  if (node.operator.kind !== "source" || node.operator.source.kind !== "log") return undefined;
  return node.operator.source as LogSource<unknown>;
}

export function logSinkOf(node: LogicalNode): LogSink<unknown> | undefined {
  if (node.operator.kind !== "sink" || !node.operator.sink.kind.startsWith("log/")) return undefined;
  return node.operator.sink as LogSink<unknown>;
}

/** The records of each split, by position: in an input topic every offset holds one. */
export function splitsOfLog(source: LogSource<unknown>, topics: BrokerHistory["topics"]) {
  const { topic } = source;
  return (topics.get(topic) ?? []).map((records, partition) => ({
    split: `${topic}/${partition}`,
    records: records.map(({ value, offset, key, timestampMs }, position) => {
      if (offset !== position) throw new NotJudged(`${topic}/${partition} has offsets without a record`);
      return source.decode(value, { topic, partition, offset, key, timestampMs });
    }),
  }));
}

export function logEmission(node: LogicalNode, sink: LogSink<unknown>, record: unknown): Emission {
  const { key, encode: encodeValue } = sink.format;
  const value = encodeValue(record);
  return {
    sink: node.uid,
    image: recordImage(key === undefined ? null : encode(key(record)), value),
    show: () => imageOf(record),
  };
}

/** What stands committed in the sink's topic, and from which transaction. */
export function logOutput(node: LogicalNode, sink: LogSink<unknown>, history: BrokerHistory): readonly VisibleRecord[] {
  const visible: VisibleRecord[] = [];
  for (const [partition, records] of (history.topics.get(sink.topic) ?? []).entries()) {
    const lane = `${sink.topic}/${partition}`;
    for (const record of records) visible.push(new LogRecordSeen(node.uid, lane, record));
  }
  return visible;
}

/** Of one shape, however many there are: every record of a run is one. */
class LogRecordSeen implements VisibleRecord {
  readonly split: string;
  readonly position: number;
  readonly sink: string;
  readonly lane: string;
  readonly place: number;
  readonly image: string;
  readonly work: string | undefined;
  readonly #value: Uint8Array;

  constructor(sink: string, lane: string, record: LogRecord) {
    const origin = record.origin as Partial<OriginOfRecord> | undefined;
    if (typeof origin?.split !== "string" || typeof origin.position !== "number") {
      const topic = lane.slice(0, lane.lastIndexOf("/"));
      throw new NotJudged(`records of the topic ${topic} do not say where they come from, as those of timers do not`);
    }
    this.split = origin.split;
    this.position = origin.position;
    this.sink = sink;
    this.lane = lane;
    this.place = record.offset;
    this.image = recordImage(record.key, record.value);
    this.work = record.transaction?.transactionalId;
    this.#value = record.value;
  }

  show(): string {
    return showBytes(this.#value);
  }
}

/**
 * Latin-1 is one unit a byte, both ways; the length keeps key and value apart. Every record of a run passes here twice:
 * one text of both, made from one array, costs a third of two.
 */
function recordImage(key: Uint8Array | null, value: Uint8Array): string {
  const keyBytes = key?.length ?? 0;
  const bytes = keyBytes + value.length;
  const both = bytes > scratch.length ? Buffer.alloc(bytes) : scratch;
  if (key !== null) both.set(key);
  both.set(value, keyBytes);
  return `${key === null ? "-" : keyBytes}:${both.toString("latin1", 0, bytes)}`;
}

function showBytes(value: Uint8Array): string {
  try {
    return imageOf(decode(value));
  } catch {
    return imageOf(value);
  }
}

/** Holds one record at a time. */
const scratch = Buffer.alloc(1024);
