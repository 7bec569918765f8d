import { expect, test } from "vitest";
import { holds } from "./corpus.ts";
import type { ReplayOutcome } from "./replay.ts";

test("a regression holds when it passes, and not when it fails in another way", () => {
  const table: Readonly<Record<ReplayOutcome, boolean>> = {
    passes: true,
    // What is left of the case passes: its anchor is gone with the code that it named.
    stale: true,
    reproduced: false,
    "fails-differently": false,
    broken: false,
  };
  const told = Object.keys(table).map(outcome => [outcome, holds({ outcome: outcome as ReplayOutcome })]);
  expect(Object.fromEntries(told)).toEqual(table);
});
