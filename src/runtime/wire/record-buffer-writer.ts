import { encode } from "../../rpc/codec.ts";
import type { Origin } from "../api/source.ts";

/**
 * A buffer of records under construction. Values are encoded the moment they are appended: what the author does to the
 * object afterwards does not reach the buffer.
 *
 *     u8 flags | f64 timestamp? | origin? = (u16 length, UTF-8 split)? f64 position | u32 length, encoded value
 *     0        | f64 watermark
 *
 * Flags: 1 record, 2 has a timestamp, 4 has an origin, 8 its split is that of the origin before it in this buffer.
 */
export class RecordBufferWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #records = 0;
  #split: string | undefined;

  get records(): number {
    return this.#records;
  }

  get empty(): boolean {
    return this.#length === 0;
  }

  record(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void {
    const encoded = encode(value);
    this.#reserve(HEADER_BYTES_MAX + encoded.length);
    const flagsAt = this.#length++;
    let flags = RECORD;
    if (timestampMs !== undefined) {
      flags |= HAS_TIMESTAMP;
      this.#float64(timestampMs);
    }
    if (origin !== undefined) {
      flags |= HAS_ORIGIN;
      if (origin.split === this.#split) flags |= SAME_SPLIT;
      else this.#writeSplit(origin.split);
      this.#float64(origin.position);
    }
    this.#bytes[flagsAt] = flags;
    this.#reserve(4 + encoded.length);
    this.#view.setUint32(this.#length, encoded.length);
    this.#bytes.set(encoded, this.#length + 4);
    this.#length += 4 + encoded.length;
    this.#records++;
  }

  watermark(watermarkMs: number): void {
    this.#reserve(9);
    this.#bytes[this.#length++] = 0;
    this.#float64(watermarkMs);
  }

  /** The buffer, whose bytes belong to the caller; the next one begins. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    this.#records = 0;
    this.#split = undefined;
    return taken;
  }

  #writeSplit(split: string): void {
    this.#split = split;
    this.#reserve(HEADER_BYTES_MAX + 3 * split.length);
    const { written } = utf8.encodeInto(split, this.#bytes.subarray(this.#length + 2));
    if (written > 0xffff) throw new RangeError(`A split's name of ${written} bytes; at most 65535 are carried.`);
    this.#view.setUint16(this.#length, written);
    this.#length += 2 + written;
  }

  #float64(value: number): void {
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export const RECORD = 1;
export const HAS_TIMESTAMP = 2;
export const HAS_ORIGIN = 4;
export const SAME_SPLIT = 8;

/** Small, since a worker has one per channel and most jobs under test are small; it doubles. */
const INITIAL_BYTES = 256;

/** Flags, timestamp, length of the split, position, length of the value. */
const HEADER_BYTES_MAX = 1 + 8 + 2 + 8 + 4;

const utf8 = new TextEncoder();
