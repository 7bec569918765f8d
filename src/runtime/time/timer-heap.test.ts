import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeKey } from "../graph/key-encoding.ts";
import { TimerHeap } from "./timer-heap.ts";

const timer = fc.record({
  atMs: fc.integer({ min: 0, max: 20 }),
  key: fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: -3, max: 300 })),
});

test("whatever comes and goes in between, the earliest is the one that sorting would give (ST-4)", () => {
  const acts = fc.array(fc.oneof({ weight: 3, arbitrary: timer }, { weight: 2, arbitrary: fc.constant("remove") }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(acts, list => {
      const heap = new TimerHeap();
      let sorted: (typeof timer extends fc.Arbitrary<infer T> ? T : never)[] = [];
      for (const act of list) {
        if (typeof act === "string") {
          heap.removeEarliest();
          sorted = sorted.slice(1);
        } else {
          heap.add(act);
          sorted = [...sorted, act].sort(
            (a, b) => a.atMs - b.atMs || Buffer.compare(encodeKey(a.key), encodeKey(b.key)),
          );
        }
        expect(heap.earliest).toEqual(sorted[0]);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
