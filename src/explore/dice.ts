import * as fc from "fast-check";
import { draw, drawKey } from "../kernel/random.ts";

/**
 * Chance for generators: a fast-check generator whose numbers are counted draws of a seed string. It owns the bridge
 * between our seeds, which are strings, and fast-check's, which are cut to 32 bits.
 */
export class CountedDraws {
  readonly #key: number;
  #counter: number;

  constructor(key: number, counter = 0) {
    this.#key = key;
    this.#counter = counter;
  }

  clone(): CountedDraws {
    return new CountedDraws(this.#key, this.#counter);
  }

  /** Uniform over −2³¹ … 2³¹−1, as fast-check wants it. */
  next(): number {
    return draw(this.#key, this.#counter++) | 0;
  }

  getState(): readonly number[] {
    return [this.#key, this.#counter];
  }
}

/** The source of chance for case `index` of a scenario under a campaign's seed. */
export function randomOf(seed: string, scenario: string, index: number): fc.Random {
  return new fc.Random(new CountedDraws(drawKey(`${seed}/${scenario}`, String(index))));
}

/** Draws from a fast-check source, in the words of a storm. */
export class Dice {
  readonly #random: fc.Random;

  constructor(random: fc.Random) {
    this.#random = random;
  }

  /** Both ends included. */
  between(min: number, max: number): number {
    return this.#random.nextInt(min, max);
  }

  chance(perMille: number): boolean {
    return this.between(0, 999) < perMille;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick from an empty list");
    return items[this.between(0, items.length - 1)]!;
  }

  /** Each item with its weight, a whole number. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let at = this.between(
      1,
      items.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, item] of items) {
      at -= weight;
      if (at <= 0) return item;
    }
    throw new RangeError("weights are whole numbers, and one is positive");
  }

  /** Every item with an even chance, in their order. */
  subset<T>(items: readonly T[]): T[] {
    return items.filter(() => this.chance(500));
  }

  /** Spread over orders of magnitude: as many draws fall between 1 and 10 as between 10 and 100. Whole, two digits. */
  magnitude(min: number, max: number): number {
    const doublings = Math.max(0, Math.floor(Math.log2(max / min)));
    const low = min * 2 ** this.between(0, doublings);
    const value = this.between(low, Math.min(max, low * 2));
    const digit = 10 ** Math.max(0, String(value).length - 2);
    return Math.max(min, Math.floor(value / digit) * digit);
  }
}
