import fc from "fast-check";
import { expect, test } from "vitest";
import type { Key } from "../api/key.ts";
import { encodeKey, hashKey, mapKey } from "./key-encoding.ts";
import { keyGroupOf, keyGroupRange, ownerOf } from "./key-groups.ts";

const hex = (key: Key): string => Buffer.from(encodeKey(key)).toString("hex");

const keys: fc.Arbitrary<Key> = fc.letrec<{ readonly key: Key }>(tie => ({
  key: fc.oneof(
    { maxDepth: 2 },
    fc.string({ unit: "grapheme" }),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.boolean(),
    fc.array(tie("key"), { maxLength: 3 }),
  ),
})).key;

test("the encoding is frozen: state of released checkpoints is found by it", () => {
  expect(hex("")).toBe("0100000000");
  expect(hex("ann")).toBe("0100000003616e6e");
  expect(hex("zoë")).toBe("01000000047a6fc3ab");
  expect(hex(0)).toBe("020000000000000000");
  expect(hex(-0)).toBe("020000000000000000");
  expect(hex(1)).toBe("020000000000000001");
  expect(hex(-1)).toBe("02ffffffffffffffff");
  expect(hex(Number.MAX_SAFE_INTEGER)).toBe("02001fffffffffffff");
  expect(hex(Number.MIN_SAFE_INTEGER)).toBe("02ffe0000000000001");
  expect(hex(-12n)).toBe("03000000032d3132");
  expect(hex(false)).toBe("04");
  expect(hex(true)).toBe("05");
  expect(hex(["a", 1])).toBe("0600000002010000000161020000000000000001");
});

test("groups are frozen: a key never moves to another group", () => {
  const groups = ["ann", "bob", "", "zoë", 0, 1, -1, 12345n, true, ["ann", 3]].map(key => keyGroupOf(key as Key, 128));
  expect(groups).toEqual([51, 13, 19, 52, 25, 90, 126, 107, 85, 100]);
});

test("different keys have different encodings and different map keys; equal ones equal", () => {
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      const same = hex(a) === hex(b);
      expect(mapKey(a) === mapKey(b)).toBe(same);
      if (same) expect(hashKey(a)).toBe(hashKey(b));
    }),
  );
  expect(new Set([1, 1n, "1", true, ["1"], [1], [[1]]].map(key => hex(key as Key))).size).toBe(7);
});

test("what has no canonical form is refused by name", () => {
  for (const key of [1.5, NaN, Infinity, 2 ** 53, "\ud800", undefined, null, { a: 1 }, new Date(0)]) {
    expect(() => hashKey(key as Key)).toThrow(/cannot be a key/);
  }
});

test("every group has exactly one owner, whose range holds it, for every parallelism", () => {
  for (const maxParallelism of [1, 7, 128]) {
    for (let parallelism = 1; parallelism <= Math.min(maxParallelism, 20); parallelism++) {
      const ranges = Array.from({ length: parallelism }, (_, i) => keyGroupRange(i, parallelism, maxParallelism));
      expect(ranges[0]!.first).toBe(0);
      expect(ranges.at(-1)!.last).toBe(maxParallelism - 1);
      for (let i = 1; i < parallelism; i++) expect(ranges[i]!.first).toBe(ranges[i - 1]!.last + 1);
      for (let group = 0; group < maxParallelism; group++) {
        const { first, last } = ranges[ownerOf(group, maxParallelism, parallelism)]!;
        expect(group >= first && group <= last).toBe(true);
      }
    }
  }
});
