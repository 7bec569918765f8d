import * as fc from "fast-check";
import { expect, test } from "vitest";
import { copyValue } from "./copy-value.ts";

test("a copy is equal to its original, and has no object or list of plain data in common with it", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), value => {
      const copy = copyValue(value);
      expect(copy).toEqual(value);
      const parts = partsOf(value);
      for (const part of partsOf(copy)) expect(parts.has(part)).toBe(false);
    }),
    { seed: 1 },
  );
});

test("what is done to a copy at any depth does not reach the original", () => {
  const original = { items: [{ cents: 1, tags: ["a"] }], bytes: Uint8Array.of(1, 2) };
  const copy = copyValue(original) as typeof original;
  copy.items[0]!.cents = 9;
  copy.items[0]!.tags.push("b");
  copy.items.push({ cents: 2, tags: [] });
  copy.bytes[0] = 9;
  expect(original).toEqual({ items: [{ cents: 1, tags: ["a"] }], bytes: Uint8Array.of(1, 2) });
});

test("what the codec cannot carry is passed as it is", () => {
  const date = new Date(0);
  const map = new Map([["a", 1]]);
  const copy = copyValue({ date, map }) as { date: Date; map: Map<string, number> };
  expect(copy.date).toBe(date);
  expect(copy.map).toBe(map);
});

/** The objects, lists and bytes of plain data within, itself included. */
function partsOf(value: unknown, found = new Set<unknown>()): ReadonlySet<unknown> {
  if (typeof value !== "object" || value === null) return found;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && prototype !== Array.prototype) return found;
  found.add(value);
  for (const part of Object.values(value)) partsOf(part, found);
  return found;
}
