import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromTagged, toTagged } from "./tagged-json.ts";

const anything = fc.anything({ withBigInt: true, withNullPrototype: false, maxDepth: 3 });

test("every plain value comes back through JSON as it was", () => {
  fc.assert(
    fc.property(anything, value => {
      const back = fromTagged(JSON.parse(JSON.stringify(toTagged(value))) as unknown);
      expect(back).toEqual(value);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("bytes, big integers, −0 and objects that look like tags keep their kind", () => {
  const value = { bytes: new Uint8Array([1, 255]), big: 2n ** 70n, zero: [-0, 0, NaN], lookalike: { $bigint: "7" } };
  expect(fromTagged(JSON.parse(JSON.stringify(toTagged(value))) as unknown)).toEqual(value);
});

test("what cannot be carried is refused by its place", () => {
  expect(() => toTagged({ records: [1, new Map()] })).toThrow("$.records[1] is a Map");
  expect(() => toTagged({ key: () => 1 })).toThrow("$.key is a function");
});
