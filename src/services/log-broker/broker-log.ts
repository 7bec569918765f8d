import { encodeEntry, readLog, type LogReading } from "../log-entry.ts";
import type { BrokerChange } from "./broker-change.ts";
import { BrokerState } from "./broker-state.ts";
import { packRecord, unpackRecord, type FetchedRecord, type NewRecord, type PackedRecord } from "./log-record.ts";

/**
 * The broker's files, as pure functions of their bytes: what oracles judge by, how input gets on a disk before the broker
 * starts, and how the broker itself recovers.
 *
 * A broker's folder holds `broker.log`, its write-ahead log, and in `images/` one file per topic that was there before
 * it; images are read first, in order of their names, and never written.
 */
export function readBrokerLog(view: FileView, dir: string): BrokerHistory {
  return new BrokerLogReader(dir).read(view);
}

/**
 * Reads a broker's log again and again while it grows. The images are read once; of a log that begins with the bytes that
 * were read before only what follows them is read, and any other is another broker's, read from its beginning.
 */
export class BrokerLogReader {
  readonly #dir: string;
  #fold = new HistoryFold();
  #log: Uint8Array | undefined;
  #reading: LogReading | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The history is good until the next reading. */
  read(view: FileView): BrokerHistory {
    // A copy: decoded values share its bytes, and a view's are good until the next change.
    const log = view.read(brokerLogPath(this.#dir))?.slice() ?? nothing;
    const known = this.#log;
    // Set again once all has been followed: a log that makes no sense makes none the next time either.
    this.#log = undefined;
    if (known === undefined || !beginsWith(log, known)) {
      this.#fold = new HistoryFold();
      this.#reading = undefined;
      for (const path of view.list(imageFolder(this.#dir))) {
        const bytes = view.read(path)?.slice();
        if (bytes !== undefined) this.#fold.follow(readLog(bytes).records as readonly BrokerChange[]);
      }
    }
    const contents = readLog(log, this.#reading);
    this.#fold.follow(contents.records as readonly BrokerChange[]);
    // Bytes behind the last whole entry may yet become one.
    this.#log = log.subarray(0, contents.end);
    this.#reading = contents;
    return this.#fold.history;
  }
}

const nothing = new Uint8Array(0);

function beginsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return bytes.length >= beginning.length && Buffer.compare(bytes.subarray(0, beginning.length), beginning) === 0;
}

class HistoryFold {
  readonly #state = new BrokerState();
  readonly #transactions: TransactionEvent[] = [];
  readonly #committedAt = new Map<object, number>();
  readonly #tails = new Map<string, Tail>();
  #position = 0;

  follow(changes: readonly BrokerChange[]): void {
    for (const change of changes) this.#step(change, this.#position++);
  }

  get history(): BrokerHistory {
    return new FoldedHistory(this.#transactions, this.#tails, () => committedRecords(this.#state, this.#committedAt));
  }

  #step(change: BrokerChange, position: number): void {
    const state = this.#state;
    const event = transactionEvent(state, change, position);
    const transaction = event === undefined ? undefined : state.producer(event.transactionalId)?.current;
    // What a log has lost since may have been read before: it belongs to the history, and not what took its offsets.
    const tail = change.kind === "appended" ? this.#tails.get(`${change.topic}/${change.partition}`) : undefined;
    if (change.kind === "truncated") this.#cut(`${change.topic}/${change.partition}`, change.endOffset);
    else if (change.kind === "appended" && tail !== undefined) tail.records.push(...change.records);
    else follow(state, change, position);
    if (event === undefined) return;
    this.#transactions.push(event);
    if (event.kind === "committed" && transaction !== undefined) this.#committedAt.set(transaction, position);
  }

  #cut(partition: string, endOffset: number): void {
    const tail = this.#tails.get(partition);
    if (tail === undefined || endOffset <= tail.from) this.#tails.set(partition, { from: endOffset, records: [] });
    else tail.records.length = Math.min(tail.records.length, endOffset - tail.from);
  }
}

class FoldedHistory implements BrokerHistory {
  readonly transactions: readonly TransactionEvent[];
  readonly #tails: ReadonlyMap<string, Tail>;
  readonly #committed: () => BrokerHistory["topics"];
  #topics: BrokerHistory["topics"] | undefined;

  constructor(
    transactions: readonly TransactionEvent[],
    tails: ReadonlyMap<string, Tail>,
    committed: () => BrokerHistory["topics"],
  ) {
    this.transactions = transactions;
    this.#tails = tails;
    this.#committed = committed;
  }

  get topics(): BrokerHistory["topics"] {
    return (this.#topics ??= this.#committed());
  }

  get standing(): BrokerHistory["topics"] {
    const now = new Map(this.topics);
    for (const [topic, partitions] of now) {
      const stand = partitions.map((records, partition) => {
        const tail = this.#tails.get(`${topic}/${partition}`);
        return tail === undefined
          ? records
          : [...records.filter(({ offset }) => offset < tail.from), ...recordsOf(tail)];
      });
      now.set(topic, stand);
    }
    return now;
  }
}

/** What has been appended since a partition was cut. */
interface Tail {
  readonly from: number;
  readonly records: PackedRecord[];
}

function recordsOf({ from, records }: Tail): readonly CommittedRecord[] {
  return records.map((packed, index) => ({ offset: from + index, ...unpackRecord(packed) }));
}

/** What was decided after an entry that is no longer there cannot follow from those before it. */
export class UnreadableLog extends Error {}

function follow(state: BrokerState, change: BrokerChange, position: number): void {
  try {
    state.apply(change);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableLog(`broker.log makes no sense at its change ${position}, ${change.kind}: ${why}`);
  }
}

function committedRecords(state: BrokerState, committedAt: ReadonlyMap<object, number>): BrokerHistory["topics"] {
  const topics = new Map<string, readonly (readonly CommittedRecord[])[]>();
  for (const [topic, partitions] of state.topics) {
    topics.set(
      topic,
      partitions.map(partition =>
        partition.read(0, Infinity, "read-committed").records.map(([offset, packed]): CommittedRecord => {
          const { key, value, timestampMs, origin } = unpackRecord(packed);
          const of = partition.transactionAt(offset);
          if (of === undefined) return { offset, key, value, timestampMs, origin };
          const { transactionalId, producerId } = of;
          const transaction = { transactionalId, producerId, epoch: of.epochs[0]!, committedAt: committedAt.get(of)! };
          return { offset, key, value, timestampMs, origin, transaction };
        }),
      ),
    );
  }
  return topics;
}

/** Files, relative to the broker's folder, that give it a topic from the start. */
export function topicImage(
  topic: string,
  partitions: readonly (readonly NewRecord[])[],
): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const created: BrokerChange = { kind: "topic-created", topic, partitions: partitions.length };
  const entries = [encodeEntry(1, [created])];
  partitions.forEach((records, partition) => {
    for (let from = 0; from < records.length; from += IMAGE_BATCH_RECORDS) {
      const batch = records.slice(from, from + IMAGE_BATCH_RECORDS).map(packRecord);
      const appended: BrokerChange = {
        kind: "appended",
        topic,
        partition,
        producerId: -1,
        epoch: 0,
        sequence: 0,
        records: batch,
      };
      entries.push(encodeEntry(entries.length + 1, [appended]));
    }
  });
  return [{ name: `images/${encodeURIComponent(topic)}.log`, bytes: concat(entries) }];
}

export function brokerLogPath(dir: string): string {
  return `${dir}/broker.log`;
}

export function imageFolder(dir: string): string {
  return `${dir}/images`;
}

/** What the view of a disk must be able to do; `list` gives whole paths below a folder. */
export interface FileView {
  read(path: string): Uint8Array | undefined;
  list(folder: string): readonly string[];
}

export interface BrokerHistory {
  /** Committed records by topic and partition, in offset order. Made when they are first asked for. */
  readonly topics: ReadonlyMap<string, readonly (readonly CommittedRecord[])[]>;
  /** What happened to transactions, in order. */
  readonly transactions: readonly TransactionEvent[];
  /** The same, as it can be read now: without what a partition has lost, and with what took its offsets. */
  readonly standing: BrokerHistory["topics"];
}

export interface CommittedRecord extends FetchedRecord {
  /** The transaction that it belongs to; `committedAt` is the position of its commit in the history. */
  readonly transaction?: {
    readonly transactionalId: string;
    readonly producerId: number;
    readonly epoch: number;
    readonly committedAt: number;
  };
}

export interface TransactionEvent {
  readonly kind: "begun" | "prepared" | "committed" | "aborted";
  readonly transactionalId: string;
  readonly producerId: number;
  /** The epoch under which the transaction began. */
  readonly epoch: number;
  /** Grows along the broker's log. */
  readonly position: number;
}

/** What the change is about to do to a transaction. */
function transactionEvent(state: BrokerState, change: BrokerChange, position: number): TransactionEvent | undefined {
  if (!("transactionalId" in change) || change.kind === "epoch-begun") return undefined;
  const { transactionalId } = change;
  const producer = transactionalId === undefined ? undefined : state.producer(transactionalId);
  if (transactionalId === undefined || producer === undefined) return undefined;
  const begins = change.kind === "appended" && producer.current === undefined;
  if (!begins && (change.kind === "appended" || producer.current === undefined)) return undefined;
  const kind = change.kind === "appended" ? "begun" : change.kind === "prepared" ? "prepared" : change.outcome;
  const epoch = producer.current?.epochs[0] ?? producer.epoch;
  return { kind, transactionalId, producerId: producer.producerId, epoch, position };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const IMAGE_BATCH_RECORDS = 256;
