import { RpcFault } from "../../rpc/rpc-error.ts";
import { BrokerClient } from "../../services/log-broker/broker-client.ts";
import type { EnumeratorContext, SplitEnumerator } from "../api/source.ts";
import type { LogSplit } from "./log-split.ts";
import { untilKnown } from "./until-known.ts";

/**
 * Finds the partitions of a topic and gives each to one reader. It owns which partitions are not yet assigned and, for a
 * bounded source, where each ends; both are its state. Positions are the readers'.
 */
export class LogEnumerator implements SplitEnumerator<LogSplit> {
  readonly #topic: string;
  readonly #bounded: boolean;
  readonly #context: EnumeratorContext<LogSplit>;
  readonly #broker: BrokerClient;
  #partitions: readonly PartitionState[] | undefined;
  #closed = false;

  constructor(options: LogEnumeratorOptions) {
    const { services, host } = options.context;
    this.#topic = options.topic;
    this.#bounded = options.bounded;
    this.#context = options.context;
    this.#broker = new BrokerClient(host, {
      address: options.broker ?? services.broker,
      rpcTimeoutMs: services.rpcTimeoutMs,
    });
    this.#partitions = (options.restored as EnumeratorState | undefined)?.partitions?.map(state => ({ ...state }));
  }

  start(): void {
    if (this.#partitions !== undefined) return;
    this.#discover().catch((error: unknown) => this.#context.fail(error));
  }

  addReader(subtask: number): void {
    if (this.#partitions !== undefined) this.#serve(subtask);
  }

  addSplitsBack(subtask: number, splits: readonly LogSplit[]): void {
    if (this.#context.readers().includes(subtask)) this.#context.assign(subtask, splits);
  }

  snapshotState(): EnumeratorState {
    return this.#partitions === undefined ? {} : { partitions: this.#partitions.map(state => ({ ...state })) };
  }

  close(): void {
    this.#closed = true;
    this.#broker.close();
  }

  async #discover(): Promise<void> {
    const count = await this.#ask(() => this.#broker.partitions(this.#topic));
    const found: PartitionState[] = [];
    for (let partition = 0; partition < count; partition++) {
      const end = this.#bounded
        ? await this.#ask(() => this.#broker.endOffset(this.#topic, partition, "read-committed"))
        : undefined;
      found.push({
        partition,
        assigned: false,
        ...(end === undefined ? {} : { end: end.endOffset, epoch: end.epoch }),
      });
    }
    this.#partitions = found;
    for (const subtask of this.#context.readers()) this.#serve(subtask);
  }

  /** Partition p belongs to subtask p mod parallelism. */
  #serve(subtask: number): void {
    const mine = this.#partitions!.filter(
      ({ partition, assigned }) => !assigned && partition % this.#context.parallelism === subtask,
    );
    for (const state of mine) state.assigned = true;
    const splits = mine.map(({ partition, end, epoch }): LogSplit => ({
      topic: this.#topic,
      partition,
      position: 0,
      ...(end === undefined ? {} : { end }),
      ...(epoch === undefined ? {} : { epoch }),
    }));
    if (splits.length > 0) this.#context.assign(subtask, splits);
    if (this.#bounded) this.#context.noMoreSplits(subtask);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await untilKnown(this.#context.host, () => !this.#closed, question);
    } catch (error) {
      if (error instanceof RpcFault) throw new Error(`topic ${this.#topic}: ${error.message}`, { cause: error });
      throw error;
    }
  }
}

export interface LogEnumeratorOptions {
  readonly topic: string;
  readonly bounded: boolean;
  readonly broker: string | undefined;
  readonly context: EnumeratorContext<LogSplit>;
  readonly restored: unknown;
}

/** No partitions: the topic was not looked at yet. */
interface EnumeratorState {
  readonly partitions?: readonly PartitionState[];
}

interface PartitionState {
  readonly partition: number;
  assigned: boolean;
  readonly end?: number;
  /** Of the log when it ended there. */
  readonly epoch?: number;
}
