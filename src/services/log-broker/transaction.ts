/**
 * A transaction of the log broker: `open`, then perhaps `prepared`, then decided for ever. It owns which partitions it
 * touched; its records lie there and are visible to read-committed readers once it is committed.
 */
export class Transaction {
  readonly transactionalId: string;
  readonly producerId: number;
  /** Under which it began, and those that adopted it while it was prepared. */
  readonly epochs: number[];
  readonly partitions = new Set<TransactionPartition>();
  #state: "open" | "prepared" | "committed" | "aborted" = "open";

  constructor(transactionalId: string, producerId: number, epoch: number) {
    this.transactionalId = transactionalId;
    this.producerId = producerId;
    this.epochs = [epoch];
  }

  get state(): "open" | "prepared" | "committed" | "aborted" {
    return this.#state;
  }

  prepare(): void {
    this.#state = "prepared";
  }

  /** Decides it, and writes its marker into each partition. */
  end(outcome: "committed" | "aborted"): void {
    this.#state = outcome;
    for (const partition of this.partitions) partition.appendMarker(this);
  }
}

/** A partition as its transactions see it. */
export interface TransactionPartition {
  /** The transaction is decided. */
  appendMarker(transaction: Transaction): void;
}

/** Who may append under a transactional id now, and what became of earlier epochs. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly producerId: number;
  epoch: number;
  timeoutMs: number;
  /** The undecided transaction. */
  current: Transaction | undefined;
  /** Of the last decided transaction of each epoch, kept for good: a commit that is asked again must get a true answer. */
  readonly outcomes: Map<number, "committed" | "aborted">;
}
