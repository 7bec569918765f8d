import { decode } from "../../rpc/codec.ts";
import type { Origin } from "../api/source.ts";
import { WireError } from "./buffer.ts";
import { HAS_ORIGIN, HAS_TIMESTAMP, RECORD, SAME_SPLIT } from "./record-buffer-writer.ts";

/**
 * Reads a buffer of records element by element. The fields speak of the element that the last `next` found; a buffer may
 * be left in the middle (no credit) and gone on with later.
 */
export class RecordBufferReader {
  kind: "record" | "watermark" = "record";
  value: unknown;
  timestampMs: number | undefined;
  origin: Origin | undefined;
  watermarkMs = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #split = "";

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** False at the end of the buffer. */
  next(): boolean {
    if (this.#at === this.#bytes.length) return false;
    const flags = this.#bytes[this.#at++]!;
    if ((flags & RECORD) === 0) {
      this.kind = "watermark";
      this.watermarkMs = this.#float64();
      return true;
    }
    this.kind = "record";
    this.timestampMs = (flags & HAS_TIMESTAMP) === 0 ? undefined : this.#float64();
    if ((flags & HAS_ORIGIN) === 0) this.origin = undefined;
    else {
      if ((flags & SAME_SPLIT) === 0) this.#split = utf8.decode(this.#take(this.#uint16()));
      this.origin = { split: this.#split, position: this.#float64() };
    }
    this.value = decode(this.#take(this.#uint32()));
    return true;
  }

  #take(length: number): Uint8Array {
    this.#check(length);
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }

  #float64(): number {
    this.#check(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  #uint32(): number {
    this.#check(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  #uint16(): number {
    this.#check(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  #check(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new WireError("a buffer of records is cut short");
  }
}

const utf8 = new TextDecoder();
