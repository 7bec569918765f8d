import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import type { Fault } from "../world/fault.ts";
import { madeFailure } from "./testing/made-failure.ts";
import { variantsOf } from "./variants.ts";

const kill: Fault = { kind: "proc.kill", target: "tm0", when: { atUs: 5_000 } };

/** Shrunk to one fault of two, to links that do not jitter and to ties that nobody draws. */
const whole = madeFailure(wordsUnderStorm, [kill, kill]);
const plain = { ...whole.case.knobs, linkJitterUs: 0 };
const shrunk = { ...whole, case: { ...whole.case, plan: [kill], knobs: plain, ties: "fifo" as const } };

test("what a case was shrunk from comes first, then the plan that is left on the cluster and the settings of then", () => {
  const variants = variantsOf(shrunk);
  expect(variants.slice(0, 2)).toEqual([whole.case, { ...whole.case, plan: [kill] }]);
  // Of a plan that lost nothing that is the same case again.
  expect(variantsOf({ ...shrunk, case: { ...shrunk.case, plan: [kill, kill] } })[1]).not.toEqual(whole.case);
  expect(variants).toHaveLength(16);
});

test("the others have the shrunk plan, a seed each, drawn ties, and links that jitter by 0.2, 2 and 20 ms in turn", () => {
  const others = variantsOf(shrunk).slice(2);
  expect(others.slice(0, 4).map(({ knobs }) => knobs.linkJitterUs)).toEqual([200, 2_000, 20_000, 200]);
  for (const { plan, ties, knobs } of others)
    expect([plan, ties, { ...knobs, linkJitterUs: 0 }]).toEqual([[kill], undefined, plain]);
  expect(new Set(others.map(({ seed }) => seed)).size).toBe(others.length);
});

test("links that jittered by more than that go on as they did", () => {
  const jittery = { ...shrunk, case: { ...shrunk.case, knobs: { ...plain, linkJitterUs: 5_000 } } };
  const others = variantsOf(jittery).slice(2, 5);
  expect(others.map(({ knobs }) => knobs.linkJitterUs)).toEqual([5_000, 5_000, 20_000]);
});
