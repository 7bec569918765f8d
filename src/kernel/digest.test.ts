import fc from "fast-check";
import { expect, test } from "vitest";
import { Digest } from "./digest.ts";

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test("a happening in one step is the same as its folds one by one", () => {
  fc.assert(
    fc.property(word, fc.nat(Number.MAX_SAFE_INTEGER), word, word, (kind, atUs, owner, content) => {
      const [atOnce, singly] = [new Digest(), new Digest()];
      atOnce.foldHappening(kind, atUs, owner, content);
      singly.fold(kind);
      singly.foldWide(atUs);
      singly.fold(owner);
      singly.fold(content);
      expect(atOnce.hex).toBe(singly.hex);
    }),
    { seed: 7 },
  );
});

test("order, length and every single value count", () => {
  const of = (...values: number[]): string => {
    const digest = new Digest();
    for (const value of values) digest.fold(value);
    return digest.hex;
  };
  const all = [of(), of(0), of(0, 0), of(1, 2), of(2, 1), of(1, 3)];
  expect(new Set(all).size).toBe(all.length);
  expect(of(1, 2)).toMatch(/^[0-9a-f]{16}$/);
});

test("twenty thousand near neighbours do not collide", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const digest = new Digest();
    digest.foldHappening(1, i, i & 3, i >> 2);
    seen.add(digest.hex);
  }
  expect(seen.size).toBe(20_000);
});
