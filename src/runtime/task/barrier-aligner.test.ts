import fc from "fast-check";
import { expect, test } from "vitest";
import { BarrierAligner } from "./barrier-aligner.ts";

test("a checkpoint is aligned when its barrier came on every channel, and only then", () => {
  const aligner = new BarrierAligner(3);
  expect(aligner.barrier(1, 1)).toEqual({ kind: "waiting", checkpoint: 1, first: true });
  expect(aligner.barrier(0, 1)).toEqual({ kind: "waiting", checkpoint: 1, first: false });
  expect([0, 1, 2].map(channel => aligner.blocked(channel))).toEqual([true, true, false]);
  expect(aligner.barrier(2, 1)).toEqual({ kind: "aligned", checkpoint: 1, first: false });
  expect([0, 1, 2].map(channel => aligner.blocked(channel))).toEqual([false, false, false]);
});

test("one channel aligns at once", () => {
  expect(new BarrierAligner(1).barrier(0, 7)).toEqual({ kind: "aligned", checkpoint: 7, first: true });
});

test("the end of a channel counts as its barrier, before and during an alignment (BA-4)", () => {
  const before = new BarrierAligner(2);
  expect(before.end(1)).toEqual({ kind: "void" });
  expect(before.barrier(0, 1)).toEqual({ kind: "aligned", checkpoint: 1, first: true });
  const during = new BarrierAligner(2);
  during.barrier(0, 1);
  expect(during.end(1)).toEqual({ kind: "aligned", checkpoint: 1, first: false });
});

test("a newer barrier gives up the older alignment", () => {
  const aligner = new BarrierAligner(2);
  aligner.barrier(0, 1);
  expect(aligner.barrier(1, 2)).toEqual({ kind: "waiting", checkpoint: 2, first: true, cancelled: 1 });
  expect(aligner.blocked(0)).toBe(false);
  expect(aligner.barrier(0, 1)).toEqual({ kind: "void" });
  expect(aligner.barrier(0, 2).kind).toBe("aligned");
});

test("an abort releases what it holds, and voids what has not come yet", () => {
  const aligner = new BarrierAligner(2);
  aligner.barrier(0, 1);
  expect(aligner.abort(1)).toBe(true);
  expect(aligner.blocked(0)).toBe(false);
  expect(aligner.barrier(1, 1)).toEqual({ kind: "void" });
  expect(aligner.abort(2)).toBe(false);
  expect(aligner.barrier(1, 2)).toEqual({ kind: "void" });
  expect(aligner.barrier(1, 3).kind).toBe("waiting");
});

test("the abort of an older checkpoint does not touch a newer alignment", () => {
  const aligner = new BarrierAligner(2);
  aligner.barrier(0, 5);
  expect(aligner.abort(4)).toBe(false);
  expect(aligner.barrier(1, 5).kind).toBe("aligned");
});

test("whatever comes, each checkpoint aligns at most once, in growing order, and a void barrier blocks nothing", () => {
  const step = fc.record({
    channel: fc.nat({ max: 2 }),
    checkpoint: fc.integer({ min: 1, max: 6 }),
    what: fc.constantFrom("barrier", "abort", "end"),
  });
  fc.assert(
    fc.property(fc.array(step, { size: "max", maxLength: 40 }), steps => {
      const aligner = new BarrierAligner(3);
      const aligned: number[] = [];
      const over = new Set<number>();
      for (const { channel, checkpoint, what } of steps) {
        if (what === "abort") aligner.abort(checkpoint);
        else if (over.has(channel) || aligner.blocked(channel)) continue;
        else {
          const outcome = what === "end" ? aligner.end(channel) : aligner.barrier(channel, checkpoint);
          if (what === "end") over.add(channel);
          if (outcome.kind === "void" && what === "barrier") expect(aligner.blocked(channel)).toBe(false);
          if (outcome.kind === "aligned") aligned.push(outcome.checkpoint);
        }
        if (aligner.aligning === undefined) expect([0, 1, 2].some(each => aligner.blocked(each))).toBe(false);
      }
      expect(aligned).toEqual([...new Set(aligned)].sort((a, b) => a - b));
    }),
  );
});
