import type { Host } from "../../host/host.ts";
import { crc32c } from "../../rpc/crc32c.ts";
import { encode } from "../../rpc/codec.ts";
import type { BrokerClient } from "../../services/log-broker/broker-client.ts";
import {
  BATCH_BYTES_MAX,
  batchLength,
  bytesOf,
  RECORD_BYTES_MAX,
  type NewRecord,
} from "../../services/log-broker/log-record.ts";
import type { WriteContext } from "../api/sink.ts";
import type { LogFormat } from "./log-format.ts";
import { untilKnown } from "./until-known.ts";

/**
 * Records on their way to the broker: batched by partition, one request a partition at a time, each repeated until it is
 * known to be in the log. It owns order and sequence numbers; whose transaction they belong to is the producer's.
 */
export class ProduceQueue<T> {
  readonly #host: Host;
  readonly #broker: Pick<BrokerClient, "produce">;
  readonly #topic: string;
  readonly #format: LogFormat<T>;
  readonly #partitions: PartitionQueue[] = [];
  readonly #subtask: number;
  readonly #changed: () => void;
  readonly #failed: (cause: unknown) => void;
  #producer: Producer | undefined;
  #pending = 0;
  #flushed: (() => void)[] = [];
  #closed = false;

  constructor(options: ProduceQueueOptions<T>) {
    this.#host = options.host;
    this.#broker = options.broker;
    this.#topic = options.topic;
    this.#format = options.format;
    this.#subtask = options.subtask;
    this.#changed = options.changed;
    this.#failed = options.failed;
  }

  /** Records that are not yet known to be in the log. */
  get pending(): number {
    return this.#pending;
  }

  partitionsAre(count: number): void {
    for (let partition = 0; partition < count; partition++) {
      this.#partitions.push({ partition, waiting: [], waitingBytes: 0, sending: 0, sequence: 0 });
    }
  }

  /** On whose behalf it sends from now on; sequence numbers begin anew. Undefined: nothing is sent for now. */
  produceAs(producer: Producer | undefined): void {
    this.#producer = producer;
    for (const queue of this.#partitions) queue.sequence = 0;
    if (producer !== undefined) for (const queue of this.#partitions) if (isBatch(queue)) this.#send(queue);
  }

  write(record: T, context: WriteContext): void {
    const key = this.#format.key === undefined ? null : encode(this.#format.key(record));
    const partition = (key === null ? this.#subtask : crc32c(key)) % this.#partitions.length;
    const queue = this.#partitions[partition]!;
    const { origin, timestampMs = 0 } = context;
    const value = this.#format.encode(record);
    const bytes = bytesOf({ key, value });
    if (bytes > RECORD_BYTES_MAX)
      throw new RangeError(
        `A record of ${bytes} bytes for the topic ${this.#topic}; it takes at most ${RECORD_BYTES_MAX}.`,
      );
    queue.waiting.push({ key, value, timestampMs, ...(origin === undefined ? {} : { origin }) });
    queue.waitingBytes += bytes;
    this.#pending++;
    if (isBatch(queue)) this.#send(queue);
  }

  /** Resolves when everything written is known to be in the log. */
  async flush(): Promise<void> {
    if (this.#pending === 0) return;
    for (const queue of this.#partitions) this.#send(queue);
    await new Promise<void>(resolve => this.#flushed.push(resolve));
  }

  close(): void {
    this.#closed = true;
  }

  #send(queue: PartitionQueue): void {
    const producer = this.#producer;
    if (queue.sending > 0 || queue.waiting.length === 0 || producer === undefined) return;
    const records = queue.waiting;
    queue.waiting = records.splice(batchLength(records));
    queue.waitingBytes = queue.waiting.reduce((sum, record) => sum + bytesOf(record), 0);
    queue.sending = records.length;
    const request = { topic: this.#topic, partition: queue.partition, sequence: queue.sequence, records, ...producer };
    queue.sequence += records.length;
    untilKnown(
      this.#host,
      () => !this.#closed,
      () => this.#broker.produce(request),
    ).then(
      () => this.#sent(queue),
      (error: unknown) => {
        if (!this.#closed) this.#failed(error);
      },
    );
  }

  #sent(queue: PartitionQueue): void {
    this.#pending -= queue.sending;
    queue.sending = 0;
    if (this.#flushed.length > 0 || isBatch(queue)) this.#send(queue);
    if (this.#pending === 0) for (const resolve of this.#flushed.splice(0)) resolve();
    this.#changed();
  }
}

export interface ProduceQueueOptions<T> {
  readonly host: Host;
  readonly broker: Pick<BrokerClient, "produce">;
  readonly topic: string;
  readonly format: LogFormat<T>;
  readonly subtask: number;
  /** `pending` fell. */
  readonly changed: () => void;
  readonly failed: (cause: unknown) => void;
}

/** `producerId` −1 is nobody: nothing is de-duplicated and no transaction is begun. */
export interface Producer {
  readonly producerId: number;
  readonly epoch: number;
  readonly transactionalId?: string;
}

interface PartitionQueue {
  readonly partition: number;
  waiting: NewRecord[];
  waitingBytes: number;
  /** Records of the request that is under way. */
  sending: number;
  sequence: number;
}

/** It does not wait for more. */
function isBatch({ waiting, waitingBytes }: PartitionQueue): boolean {
  return waiting.length >= BATCH_RECORDS || waitingBytes >= BATCH_BYTES_MAX;
}

const BATCH_RECORDS = 100;
