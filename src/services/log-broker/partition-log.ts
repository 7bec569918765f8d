import type { Isolation } from "./broker-client.ts";
import { BATCH_BYTES_MAX, packedBytes, type PackedRecord } from "./log-record.ts";
import type { Transaction } from "./transaction.ts";

/**
 * One partition: its records and markers by offset, the last stable offset, and the sequences by which a repeated
 * produce is known. It does not decide who may append (broker-state.ts).
 */
export class PartitionLog {
  readonly #entries: Entry[] = [];
  /** First offset of each undecided transaction; insertion order is offset order. */
  readonly #undecided = new Map<Transaction, number>();
  readonly #producers = new Map<number, ProducerSequence>();
  readonly #truncations: Truncation[] = [];
  #startOffset = 0;

  /** Grows whenever the log loses its tail: what was read under an older one may not be there any more. */
  get epoch(): number {
    return this.#truncations.at(-1)?.epoch ?? 0;
  }

  /** How far what was read under an older epoch is still what stands here (KIP-320's end of a leader's epoch). */
  unchangedSince(epoch: number): number {
    return this.#truncations.find(truncation => truncation.epoch > epoch)?.endOffset ?? Number.MAX_SAFE_INTEGER;
  }

  /** The oldest record that is kept; offsets before it cannot be fetched. */
  get startOffset(): number {
    return this.#startOffset;
  }

  get endOffset(): number {
    return this.#entries.length;
  }

  /** Everything before it is decided: where read-committed readers stop. */
  get lastStableOffset(): number {
    for (const offset of this.#undecided.values()) return offset;
    return this.#entries.length;
  }

  visibleEnd(isolation: Isolation): number {
    return isolation === "read-committed" ? this.lastStableOffset : this.endOffset;
  }

  append(records: readonly PackedRecord[], transaction: Transaction | undefined): number {
    const baseOffset = this.#entries.length;
    for (const record of records) this.#entries.push({ record, transaction });
    if (transaction !== undefined && !this.#undecided.has(transaction)) {
      this.#undecided.set(transaction, baseOffset);
      transaction.partitions.add(this);
    }
    return baseOffset;
  }

  appendMarker(transaction: Transaction): void {
    this.#undecided.delete(transaction);
    this.#entries.push({ record: undefined, transaction });
  }

  /**
   * At most `recordsMax` visible records from `offset` on, of {@link BATCH_BYTES_MAX} bytes together where it is more than
   * one; markers and aborted records are passed over.
   */
  read(
    offset: number,
    recordsMax: number,
    isolation: Isolation,
  ): { records: [number, PackedRecord][]; nextOffset: number } {
    const end = this.visibleEnd(isolation);
    const records: [number, PackedRecord][] = [];
    let next = offset;
    let bytes = 0;
    for (; next < end && records.length < recordsMax; next++) {
      const { record, transaction } = this.#entries[next]!;
      const visible =
        isolation === "read-uncommitted" || transaction === undefined || transaction.state === "committed";
      if (record === undefined || !visible) continue;
      bytes += packedBytes(record);
      if (bytes > BATCH_BYTES_MAX && records.length > 0) break;
      records.push([next, record]);
    }
    return { records, nextOffset: next };
  }

  /** Offsets before this one are no longer served. */
  trim(startOffset: number): void {
    this.#startOffset = Math.max(this.#startOffset, Math.min(startOffset, this.endOffset));
  }

  /** What lies from this offset on is gone, and its offsets will be given again. */
  truncate(endOffset: number): void {
    const left = Math.max(this.#startOffset, Math.min(endOffset, this.endOffset));
    if (left === this.endOffset) return;
    const epoch = this.epoch + 1;
    // An earlier loss of more than this still counts for itself; of less, it counts as this one.
    this.#truncations.forEach((earlier, index) => {
      if (earlier.endOffset > left) this.#truncations[index] = { epoch: earlier.epoch, endOffset: left };
    });
    this.#truncations.push({ epoch, endOffset: left });
    this.#entries.length = left;
    for (const [transaction, offset] of this.#undecided) {
      if (offset >= this.endOffset) this.#undecided.delete(transaction);
    }
    for (const producer of this.#producers.values()) forgetBehind(producer, left);
  }

  transactionAt(offset: number): Transaction | undefined {
    return this.#entries[offset]?.transaction;
  }

  /** `next`: to be appended. A number: the base offset that this very batch was given before. */
  placeOf(batch: Batch): "next" | "out-of-order" | number {
    const known = this.#producers.get(batch.producerId);
    const sequence = known?.epoch === batch.epoch ? known : undefined;
    if (batch.sequence === (sequence?.next ?? 0)) return "next";
    const earlier = sequence?.recent.find(recent => recent.sequence === batch.sequence && recent.count === batch.count);
    return earlier?.baseOffset ?? "out-of-order";
  }

  remember(batch: Batch, baseOffset: number): void {
    let known = this.#producers.get(batch.producerId);
    if (known?.epoch !== batch.epoch) {
      known = { epoch: batch.epoch, next: 0, recent: [] };
      this.#producers.set(batch.producerId, known);
    }
    known.next = batch.sequence + batch.count;
    known.recent.push({ sequence: batch.sequence, count: batch.count, baseOffset });
    if (known.recent.length > RECENT_BATCHES_MAX) known.recent.shift();
  }
}

export interface Batch {
  readonly producerId: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly count: number;
}

/** From this epoch on, what had stood from this offset on is gone. */
interface Truncation {
  readonly epoch: number;
  readonly endOffset: number;
}

/** A marker has no record. */
interface Entry {
  readonly record: PackedRecord | undefined;
  readonly transaction: Transaction | undefined;
}

interface ProducerSequence {
  readonly epoch: number;
  next: number;
  readonly recent: { readonly sequence: number; readonly count: number; readonly baseOffset: number }[];
}

/**
 * A batch that is not there any more is not taken for repeated: its producer goes on where the log now ends. One of which
 * the log has kept a part cannot be repeated, and is refused. (Kafka rebuilds a producer's state from what is left.)
 */
function forgetBehind(producer: ProducerSequence, endOffset: number): void {
  const { recent } = producer;
  const first = recent.findIndex(({ baseOffset, count }) => baseOffset + count > endOffset);
  if (first === -1) return;
  const { sequence, baseOffset } = recent[first]!;
  producer.next = sequence + Math.max(0, endOffset - baseOffset);
  recent.length = first;
}

/** As Kafka: a producer has at most five batches under way. */
const RECENT_BATCHES_MAX = 5;
