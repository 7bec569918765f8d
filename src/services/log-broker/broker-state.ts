import type { TransactionName } from "./broker-client.ts";
import type { Appended, BrokerChange } from "./broker-change.ts";
import { PartitionLog } from "./partition-log.ts";
import { Transaction, type TransactionalProducer } from "./transaction.ts";

/**
 * Topics, producers and transactions: what the broker knows. `apply` folds one change into it and is deterministic:
 * recovery and the oracles' reader (broker-log.ts) are the same fold. Who may do what is decided in
 * produce-decision.ts and transaction-decision.ts, from what stands here; time and disks are the server's.
 */
export class BrokerState {
  readonly #topics = new Map<string, readonly PartitionLog[]>();
  /** Prefix of transactional ids → the first generation that may still write. */
  readonly #fences = new Map<string, number>();
  readonly #producers = new Map<string, TransactionalProducer>();
  readonly #producersById = new Map<number, TransactionalProducer>();

  #lost: string | undefined;

  /** What it was told that it has lost. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Whether the id belongs to a generation that a later one has fenced. */
  isFenced(transactionalId: string): boolean {
    for (const [prefix, below] of this.#fences) {
      if (!transactionalId.startsWith(prefix)) continue;
      const generation = /^(\d+)\//.exec(transactionalId.slice(prefix.length));
      if (generation !== null && Number(generation[1]) < below) return true;
    }
    return false;
  }

  /** The first generation of ids with this prefix that may still write. */
  fencedBelow(prefix: string): number {
    return this.#fences.get(prefix) ?? 0;
  }

  get topics(): ReadonlyMap<string, readonly PartitionLog[]> {
    return this.#topics;
  }

  get producers(): ReadonlyMap<string, TransactionalProducer> {
    return this.#producers;
  }

  partition(topic: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(topic)?.[partition];
  }

  producer(transactionalId: string): TransactionalProducer | undefined {
    return this.#producers.get(transactionalId);
  }

  producerById(producerId: number): TransactionalProducer | undefined {
    return this.#producersById.get(producerId);
  }

  /** Producer ids are given in order and never reused. */
  get nextProducerId(): number {
    return this.#producers.size + 1;
  }

  /** The producer that a transaction's name means: same id, same producer, an epoch that was given out. */
  named(name: TransactionName): TransactionalProducer | undefined {
    const producer = this.#producers.get(name.transactionalId);
    return producer?.producerId === name.producerId && name.epoch <= producer.epoch ? producer : undefined;
  }

  apply(change: BrokerChange): void {
    switch (change.kind) {
      case "topic-created":
        this.#topics.set(
          change.topic,
          Array.from({ length: change.partitions }, () => new PartitionLog()),
        );
        return;
      case "epoch-begun":
        return this.#beginEpoch(change);
      case "appended":
        this.append(change);
        return;
      case "generations-fenced":
        this.#fences.set(change.prefix, Math.max(change.below, this.fencedBelow(change.prefix)));
        return;
      case "trimmed":
        this.partition(change.topic, change.partition)?.trim(change.startOffset);
        return;
      case "truncated":
        this.partition(change.topic, change.partition)?.truncate(change.endOffset);
        return;
      case "data-lost":
        this.#lost = change.cause;
        return;
      case "prepared":
        this.#producers.get(change.transactionalId)?.current?.prepare();
        return;
      case "ended":
        return this.#end(change);
    }
  }

  /** Returns the offset of the first record. */
  append(change: Appended): number {
    const { topic, partition, producerId, epoch, sequence, transactionalId, records } = change;
    const log = this.partition(topic, partition);
    if (log === undefined) throw new RangeError(`${topic}/${partition} does not exist.`);
    const transaction = transactionalId === undefined ? undefined : this.#transactionOf(transactionalId, epoch);
    const baseOffset = log.append(records, transaction);
    if (producerId >= 0) log.remember({ producerId, epoch, sequence, count: records.length }, baseOffset);
    return baseOffset;
  }

  #beginEpoch(change: BrokerChange & { readonly kind: "epoch-begun" }): void {
    const { transactionalId, producerId, epoch, timeoutMs } = change;
    const known = this.#producers.get(transactionalId);
    if (known !== undefined) {
      known.epoch = epoch;
      known.timeoutMs = timeoutMs;
      known.current?.epochs.push(epoch);
      return;
    }
    const producer: TransactionalProducer = {
      transactionalId,
      producerId,
      epoch,
      timeoutMs,
      current: undefined,
      outcomes: new Map(),
    };
    this.#producers.set(transactionalId, producer);
    this.#producersById.set(producerId, producer);
  }

  #transactionOf(transactionalId: string, epoch: number): Transaction {
    const producer = this.#producers.get(transactionalId);
    if (producer === undefined) throw new RangeError(`No producer has the transactional id ${transactionalId}.`);
    return (producer.current ??= new Transaction(transactionalId, producer.producerId, epoch));
  }

  #end(change: BrokerChange & { readonly kind: "ended" }): void {
    const producer = this.#producers.get(change.transactionalId);
    const transaction = producer?.current;
    if (producer === undefined || transaction === undefined) return;
    transaction.end(change.outcome);
    for (const epoch of transaction.epochs) producer.outcomes.set(epoch, change.outcome);
    producer.current = undefined;
  }
}
