import { RpcFault } from "../../rpc/rpc-error.ts";
import { BrokerClient } from "../../services/log-broker/broker-client.ts";
import type { FetchedRecord } from "../../services/log-broker/log-record.ts";
import type { ReaderContext, SourceOutput, SourceReader } from "../api/source.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import type { LogDecoder } from "./log-format.ts";
import type { LogSplit } from "./log-split.ts";
import { untilKnown } from "./until-known.ts";

/**
 * Reads its splits: fetches ahead asynchronously, one request a split and at most two batches, and hands records over
 * synchronously. It owns the positions; a position is the next offset to read, and moves when a record is emitted.
 */
export class LogReader<T> implements SourceReader<T, LogSplit> {
  readonly #context: ReaderContext;
  readonly #decode: LogDecoder<T>;
  readonly #recordsPerFetch: number;
  readonly #broker: BrokerClient;
  readonly #splits: SplitState[] = [];
  #turn = 0;
  #noMoreSplits = false;
  #closed = false;

  constructor(options: LogReaderOptions<T>) {
    const { host, services } = options.context;
    this.#context = options.context;
    this.#decode = options.decode;
    this.#recordsPerFetch = options.recordsPerFetch;
    this.#broker = new BrokerClient(host, {
      address: options.broker ?? services.broker,
      rpcTimeoutMs: services.rpcTimeoutMs,
    });
  }

  start(): void {}

  addSplits(splits: readonly LogSplit[]): void {
    for (const split of splits) {
      const state: SplitState = {
        split,
        name: `${split.topic}/${split.partition}`,
        end: split.end ?? Number.MAX_SAFE_INTEGER,
        position: split.position,
        fetched: [],
        head: 0,
        nextFetch: split.position,
        epoch: split.epoch,
        fetching: false,
      };
      this.#splits.push(state);
      if (split.log !== undefined) this.#broker.remember(split.log);
      this.#fetch(state);
    }
    this.#context.available();
  }

  noMoreSplits(): void {
    this.#noMoreSplits = true;
    this.#context.available();
  }

  poll(output: SourceOutput<T>, recordsMax: number): "more" | "nothing" | "end" {
    let left = recordsMax;
    for (let tries = this.#splits.length; tries > 0 && left > 0; tries--) {
      this.#turn = (this.#turn + 1) % this.#splits.length;
      left -= this.#emit(this.#splits[this.#turn]!, output, left);
    }
    if (this.#splits.some(hasRecord)) return "more";
    return this.#noMoreSplits && this.#splits.every(isFinished) ? "end" : "nothing";
  }

  snapshotState(): readonly LogSplit[] {
    const { seen } = this.#broker;
    return this.#splits.map(({ split, position, epoch }) => ({
      ...split,
      position,
      ...(epoch === undefined ? {} : { epoch }),
      ...(seen === undefined ? {} : { log: seen }),
    }));
  }

  close(): void {
    this.#closed = true;
    this.#broker.close();
  }

  #emit(state: SplitState, output: SourceOutput<T>, recordsMax: number): number {
    const { split, name } = state;
    let emitted = 0;
    while (emitted < recordsMax && hasRecord(state)) {
      const record = state.fetched[state.head]!;
      const { offset, key, timestampMs, value } = record;
      output.emit(
        this.#decode(value, { topic: split.topic, partition: split.partition, offset, key, timestampMs }),
        timestampMs,
        { split: name, position: offset },
      );
      state.head++;
      state.position = offset + 1;
      emitted++;
    }
    this.#moved(state);
    return emitted;
  }

  /** Records were taken out of the buffer, or an answer came: the position may move on, and the next fetch may start. */
  #moved(state: SplitState): void {
    if (state.head === state.fetched.length) {
      state.fetched = [];
      state.head = 0;
      // Behind the last record may lie offsets that are never delivered: markers, aborted records.
      state.position = Math.max(state.position, Math.min(state.nextFetch, state.end));
    }
    if (state.fetched.length - state.head < this.#recordsPerFetch) this.#fetch(state);
  }

  #fetch(state: SplitState): void {
    if (state.fetching || state.nextFetch >= state.end || this.#closed) return;
    state.fetching = true;
    this.#fetchOnce(state).catch((error: unknown) => {
      if (!this.#closed) this.#context.fail(error);
    });
  }

  async #fetchOnce(state: SplitState): Promise<void> {
    const { topic, partition } = state.split;
    const request = {
      topic,
      partition,
      offset: state.nextFetch,
      recordsMax: this.#recordsPerFetch,
      waitMsMax: FETCH_WAIT_MS,
      isolation: "read-committed" as const,
      ...(state.epoch === undefined ? {} : { epoch: state.epoch }),
      // Everything up to the split's end was there when the split was made.
      ...(state.split.end === undefined ? {} : { through: state.split.end }),
    };
    const { records, nextOffset, epoch } = await untilKnown(
      this.#context.host,
      () => !this.#closed,
      () => this.#broker.fetch(request),
    ).catch((error: unknown) => {
      // The enumerator has seen it.
      if (error instanceof RpcFault && error.code === "unknown-topic")
        throw new Unrecoverable(`${state.name} is gone: ${error.message}`);
      throw error;
    });
    state.fetching = false;
    for (const record of records) if (record.offset < state.end) state.fetched.push(record);
    state.nextFetch = nextOffset;
    // The broker has compared: what was read under an earlier epoch still stands.
    state.epoch = epoch;
    this.#moved(state);
    this.#context.available();
  }
}

export interface LogReaderOptions<T> {
  readonly decode: LogDecoder<T>;
  readonly recordsPerFetch: number;
  readonly broker: string | undefined;
  readonly context: ReaderContext;
}

interface SplitState {
  readonly split: LogSplit;
  /** `topic/partition`. */
  readonly name: string;
  readonly end: number;
  /** Next to emit. */
  position: number;
  fetched: FetchedRecord[];
  head: number;
  nextFetch: number;
  epoch: number | undefined;
  fetching: boolean;
}

function hasRecord({ fetched, head }: SplitState): boolean {
  return head < fetched.length;
}

function isFinished({ fetched, position, end }: SplitState): boolean {
  return fetched.length === 0 && position >= end;
}

/** An idle split costs one request in this time. */
const FETCH_WAIT_MS = 5_000;
