/**
 * Copies of messages, cut from larger arrays: nothing but bytes crosses between processes, and never the same ones.
 * A typed array of more than 64 bytes costs about ten times as much to make as a view of an existing one.
 *
 * It also sums up what it copies, four bytes at a stride, for the digest. The sum depends on the bytes alone, not on
 * where they came to lie (on a little-endian machine; a big-endian one would have digests of its own).
 */
export class ByteSlab {
  /** Set by {@link copy} and {@link append}: the checksum of the bytes given. */
  checksum = 0;
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #used = 0;
  #size = SLAB_BYTES_MIN;

  copy(from: Uint8Array): Uint8Array {
    const length = from.length;
    if (this.#used + length > this.#bytes.length) {
      if (length > SLAB_BYTES_MAX / 4) return this.#copyApart(from);
      this.#renew(length);
    }
    const start = this.#used;
    this.#bytes.set(from, start);
    this.checksum = checksumWords(this.#words, start >> 2, this.#bytes, length);
    // The next copy starts at a whole word, so that its checksum can read words.
    this.#used = (start + length + 3) & ~3;
    return this.#bytes.subarray(start, start + length);
  }

  /** `tail`, an earlier copy, and the bytes behind it, as one array; in place when nothing was copied in between. */
  append(tail: Uint8Array, from: Uint8Array): Uint8Array {
    this.checksum = checksumBytes(from);
    const end = tail.byteOffset + tail.length;
    const inPlace = tail.buffer === this.#bytes.buffer && ((end + 3) & ~3) === this.#used;
    if (inPlace && end + from.length <= this.#bytes.length) {
      this.#bytes.set(from, end);
      this.#used = (end + from.length + 3) & ~3;
      return this.#bytes.subarray(tail.byteOffset, end + from.length);
    }
    const joined = new Uint8Array(tail.length + from.length);
    joined.set(tail);
    joined.set(from, tail.length);
    return joined;
  }

  #copyApart(from: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(from);
    this.checksum = checksumWords(new Int32Array(copy.buffer, 0, copy.length >> 2), 0, copy, copy.length);
    return copy;
  }

  #renew(length: number): void {
    this.#size = Math.min(SLAB_BYTES_MAX, this.#size * 2);
    this.#bytes = new Uint8Array(Math.max(this.#size, (length + 3) & ~3));
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#used = 0;
  }
}

/** The checksum of bytes that lie at a whole word of `words`, whose bytes `bytes` are. */
function checksumWords(words: Int32Array, firstWord: number, bytes: Uint8Array, length: number): number {
  let sum = length;
  const wholeWords = length >> 2;
  const endWord = firstWord + wholeWords;
  for (let i = firstWord; i < endWord; i++) sum = step(sum, words[i]!);
  const start = firstWord << 2;
  for (let i = start + (wholeWords << 2); i < start + length; i++) sum = step(sum, bytes[i]!);
  return sum;
}

export function checksumBytes(bytes: Uint8Array): number {
  let sum = bytes.length;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    sum = step(sum, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  for (let i = whole; i < bytes.length; i++) sum = step(sum, bytes[i]!);
  return sum;
}

/** murmur3's two multiplications: the word is spread first, or one bit of it could undo one bit of the word before. */
function step(sum: number, word: number): number {
  const mixed = sum ^ Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x9e3779b1);
}

/** A small case moves a few kilobytes; a large one should not ask for memory every few messages. */
const SLAB_BYTES_MIN = 4 * 1024;
const SLAB_BYTES_MAX = 64 * 1024;
