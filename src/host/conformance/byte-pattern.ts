import { equal } from "node:assert/strict";

/** Bytes that say where in the stream they stand; the period is a prime, so that no shift goes unnoticed. */
export function pattern(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (from + i) % PATTERN_PERIOD;
  return bytes;
}

const PATTERN_PERIOD = 251;

/** What a reader got, kept as a position in the pattern and the first byte that did not fit. */
export class Received {
  length = 0;
  #wrongAt: number | undefined;

  add(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte !== this.length % PATTERN_PERIOD) this.#wrongAt ??= this.length;
      this.length++;
    }
  }

  expectPattern(length: number): void {
    equal(this.#wrongAt, undefined, `byte ${this.#wrongAt} is not the one that was sent there`);
    equal(this.length, length);
  }
}
