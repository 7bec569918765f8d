/**
 * The bytes of one file that a power loss cannot take. It owns a growing buffer and applies changes to it; which
 * changes reach it, and when, is decided by durability.ts.
 */
export class StableBytes {
  #bytes: Uint8Array = EMPTY;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A view, not a copy: valid until the next change. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  apply(change: ContentChange): void {
    if (change.kind === "truncate") this.#truncate(change.length);
    else this.write(change.position, change.lost ? this.read(change.position, change.bytes.length) : change.bytes);
  }

  /** A copy; zeros beyond the end, as blocks hold that were given out and never written. */
  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (position < this.#size) bytes.set(this.#bytes.subarray(position, Math.min(this.#size, position + length)));
    return bytes;
  }

  /** `bytes` belongs to the file from now on. */
  write(position: number, bytes: Uint8Array): void {
    if (this.#bytes.length === 0 && position === 0) {
      // The first write of a file is most often its only one: its copy is kept as it is.
      this.#bytes = bytes;
      this.#size = bytes.length;
      return;
    }
    const end = position + bytes.length;
    this.#reserve(end);
    if (position > this.#size) this.#bytes.fill(0, this.#size, position);
    this.#bytes.set(bytes, position);
    if (end > this.#size) this.#size = end;
  }

  /** All of it is something else now. `bytes` belongs to the file from now on. */
  replace(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#size = bytes.length;
  }

  #truncate(length: number): void {
    this.#reserve(length);
    if (length > this.#size) this.#bytes.fill(0, this.#size, length);
    this.#size = length;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(capacity, this.#bytes.length * 2, 64));
    wider.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = wider;
  }
}

/** A change of one file's contents. The bytes belong to the change: nobody writes to them afterwards. */
export type ContentChange = WriteChange | TruncateChange;

export interface WriteChange {
  readonly sequence: number;
  readonly kind: "write";
  readonly position: number;
  readonly bytes: Uint8Array;
  /** The disk will acknowledge it and keep what was there before. */
  readonly lost: boolean;
}

export interface TruncateChange {
  readonly sequence: number;
  readonly kind: "truncate";
  readonly length: number;
}

const EMPTY = new Uint8Array(0);
