import { BrokerClient } from "../../services/log-broker/broker-client.ts";
import type { Committable, SinkContext, SinkWriter, WriteContext } from "../api/sink.ts";
import type { LogFormat } from "./log-format.ts";
import { ProduceQueue } from "./produce-queue.ts";
import { topicPartitions } from "./topic-partitions.ts";
import { untilKnown } from "./until-known.ts";

/** Writes at once and flushes with each checkpoint: nothing is lost, and what is written again after a restore stands twice. */
export class LogWriter<T> implements SinkWriter<T> {
  readonly #context: SinkContext;
  readonly #broker: BrokerClient;
  readonly #topic: string;
  readonly #queue: ProduceQueue<T>;
  #closed = false;

  constructor(options: LogWriterOptions<T>) {
    const { context, topic, format } = options;
    const { host, services } = context;
    this.#context = context;
    this.#topic = topic;
    this.#broker = new BrokerClient(host, {
      address: options.broker ?? services.broker,
      rpcTimeoutMs: services.rpcTimeoutMs,
    });
    this.#queue = new ProduceQueue({
      host,
      broker: this.#broker,
      topic,
      format,
      subtask: context.subtask,
      changed: () => context.available(),
      failed: cause => context.fail(cause),
    });
  }

  async open(): Promise<void> {
    this.#queue.partitionsAre(
      await untilKnown(
        this.#context.host,
        () => !this.#closed,
        () => topicPartitions(this.#broker, this.#topic, this.#context.parallelism),
      ),
    );
    this.#queue.produceAs({ producerId: -1, epoch: 0 });
  }

  write(record: T, context: WriteContext): void {
    this.#queue.write(record, context);
  }

  writable(): boolean {
    return this.#queue.pending < PENDING_RECORDS_MAX;
  }

  async prepareCommit(): Promise<readonly Committable[]> {
    await this.#queue.flush();
    return [];
  }

  close(): void {
    this.#closed = true;
    this.#queue.close();
    this.#broker.close();
  }
}

export interface LogWriterOptions<T> {
  readonly topic: string;
  readonly format: LogFormat<T>;
  readonly broker: string | undefined;
  readonly context: SinkContext;
}

export const PENDING_RECORDS_MAX = 1_000;
