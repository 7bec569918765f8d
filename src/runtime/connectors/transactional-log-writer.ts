import { BrokerClient, type TransactionName } from "../../services/log-broker/broker-client.ts";
import type { Committable, SinkContext, SinkWriter, WriteContext } from "../api/sink.ts";
import { PENDING_RECORDS_MAX, type LogWriterOptions } from "./log-writer.ts";
import { ProduceQueue } from "./produce-queue.ts";
import { topicPartitions } from "./topic-partitions.ts";
import { parseTransactionId, transactionId, transactionPrefix } from "./transaction-id.ts";
import { refuseLostCommits } from "./refuse-lost-commits.ts";
import { untilKnown } from "./until-known.ts";

/**
 * Writes each epoch into a transaction of its own and prepares it with the checkpoint. It owns the names of its
 * transactions and the end of those that dead generations left behind; commits are the committer's.
 *
 * At `open` all earlier generations are fenced: a worker that was thought dead can begin and prepare nothing more. What
 * they had left open or prepared by then is aborted, for the subtasks that map to this one after a rescale.
 */
export class TransactionalLogWriter<T> implements SinkWriter<T> {
  readonly #context: SinkContext;
  readonly #broker: BrokerClient;
  readonly #topic: string;
  readonly #timeoutMs: number;
  readonly #prefix: string;
  readonly #queue: ProduceQueue<T>;
  /** The last checkpoint that ended an epoch. */
  #after: number;
  #transaction: Promise<TransactionName> | undefined;
  #closed = false;

  constructor(options: LogWriterOptions<T> & { readonly timeoutMs: number }) {
    const { context, topic, format } = options;
    const { host, services } = context;
    this.#context = context;
    this.#after = context.restoredCheckpoint;
    this.#topic = topic;
    this.#timeoutMs = options.timeoutMs;
    this.#prefix = transactionPrefix(context.lineage, context.operator);
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
    const { subtask, parallelism } = this.#context;
    this.#queue.partitionsAre(await this.#known(() => topicPartitions(this.#broker, this.#topic, parallelism)));
    const { committed, undecided } = await this.#known(() =>
      this.#broker.fenceGenerations(this.#prefix, this.#context.attempt),
    );
    refuseLostCommits(
      committed.flatMap(name => {
        const id = parseTransactionId(this.#prefix, name);
        return id === undefined ? [] : [{ name, after: id.after }];
      }),
      this.#context.restoredCheckpoint,
    );
    await this.#abortLingering(undecided, of => of % parallelism === subtask);
  }

  write(record: T, context: WriteContext): void {
    this.#transaction ??= this.#begin();
    this.#queue.write(record, context);
  }

  writable(): boolean {
    return this.#queue.pending < PENDING_RECORDS_MAX;
  }

  async prepareCommit(checkpoint: number): Promise<readonly Committable[]> {
    const begun = this.#transaction;
    if (begun === undefined) {
      this.#after = checkpoint;
      return [];
    }
    const transaction = await begun;
    await this.#queue.flush();
    this.#transaction = undefined;
    this.#after = checkpoint;
    this.#queue.produceAs(undefined);
    const outcome = await this.#known(() => this.#broker.prepare(transaction));
    if (outcome !== "prepared")
      throw new Error(`transaction ${transaction.transactionalId} could not be prepared: ${outcome}`);
    return [transaction];
  }

  /** What is open has no future; what is prepared may have one. */
  close(): void {
    this.#closed = true;
    this.#queue.close();
    if (this.#transaction === undefined) return this.#broker.close();
    const abort = async (transaction: TransactionName): Promise<void> => void (await this.#broker.abort(transaction));
    // When this fails the transaction lingers until its time-out, or the next generation's sweep.
    void this.#transaction.then(abort).then(
      () => this.#broker.close(),
      () => this.#broker.close(),
    );
  }

  async #start(): Promise<TransactionName> {
    const { attempt: generation, subtask } = this.#context;
    const name = transactionId(this.#prefix, { generation, subtask, after: this.#after });
    const { producerId, epoch } = await this.#known(() =>
      this.#broker.initTransactions({
        transactionalId: name,
        timeoutMs: this.#timeoutMs,
        keepPrepared: false,
        fresh: true,
      }),
    );
    const transaction = { transactionalId: name, producerId, epoch };
    this.#queue.produceAs(transaction);
    return transaction;
  }

  #begin(): Promise<TransactionName> {
    const begun = this.#start();
    begun.catch((error: unknown) => {
      if (!this.#closed) this.#context.fail(error);
    });
    return begun;
  }

  async #abortLingering(undecided: readonly TransactionName[], mine: (subtask: number) => boolean): Promise<void> {
    for (const { transactionalId, producerId, epoch } of undecided) {
      const id = parseTransactionId(this.#prefix, transactionalId);
      if (id === undefined || id.generation >= this.#context.attempt || !mine(id.subtask)) continue;
      await this.#known(() => this.#broker.abort({ transactionalId, producerId, epoch }));
    }
  }

  #known<R>(ask: () => Promise<R>): Promise<R> {
    return untilKnown(this.#context.host, () => !this.#closed, ask);
  }
}
