import seedrandom from "seedrandom";

/**
 * Seeded randomness. It owns named streams and counted draws; who uses which is their business.
 *
 * A *stream* (seedrandom's xor128) serves one consumer in order. A *draw* is a function of a key and a counter and
 * keeps no state: latencies and ties use draws, each owner with a counter of its own, so that removing one fault
 * never reshuffles the rest. Only integers decide.
 */
export class RandomStream {
  readonly #generator: seedrandom.PRNG;

  constructor(seed: string, name: string) {
    this.#generator = seedrandom.xor128(`${seed}/${name}`);
  }

  /** Uniform over 0 … 2³²−1. */
  uint32(): number {
    return this.#generator.int32() >>> 0;
  }

  /** Uniform over 0 … n−1, without modulo bias (draws of the incomplete last block are repeated). */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`below(${n}): a whole number from 1 to 2^32 is wanted.`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }

  /** Uniform over min … max, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True in `perMille` of 1,000 draws. */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille;
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick from an empty list");
    return items[this.below(items.length)]!;
  }

  /** Fisher–Yates, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i]!;
      items[i] = items[j]!;
      items[j] = held;
    }
    return items;
  }
}

/** A 32-bit key for counted draws: FNV-1a over the UTF-16 units of seed and name, finished by murmur3's mixer. */
export function drawKey(seed: string, name: string): number {
  let hash = 0x811c9dc5;
  for (const text of [seed, "/", name]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix32(hash);
}

/** The counter-th draw of a key, uniform over 0 … 2³²−1. */
export function draw(key: number, counter: number): number {
  return mix32(key ^ mix32(Math.imul(counter, 0x9e3779b1) + 0x7f4a7c15));
}

/** murmur3's 32-bit finalizer (Appleby, public domain): a bijection in which every bit depends on every bit. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
