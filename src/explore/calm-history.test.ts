import { expect, test } from "vitest";
import type { JournalEntry } from "../kernel/journal.ts";
import { CalmHistory } from "./calm-history.ts";
import { defaultKnobs } from "./defaults.ts";
import { violatedRun } from "./testing/stand-in-runs.ts";

/** A calm run whose job runs for so long and completes these checkpoints, in a case whose storm lasts for 10 ms. */
function historyOf(activeSimulatedMs: number, completedAtUs: readonly number[]): CalmHistory {
  const entries = completedAtUs.map((atUs, index): JournalEntry => ({
    atUs,
    owner: "jm0",
    what: "checkpoint.complete",
    detail: { checkpoint: index + 1 },
  }));
  return new CalmHistory(
    { ...violatedRun("SK-1", "count"), activeSimulatedMs, entries },
    { knobs: { ...defaultKnobs, stormMs: 10 } },
  );
}

const completed = (checkpoint: number) => ({ on: { event: "checkpoint.complete", checkpoint } });

test("an event is met up to the end of the storm, and not behind it, though the job runs on", () => {
  const history = historyOf(20, [10_000, 10_001]);
  expect(history.meets(completed(1))).toBe(true);
  expect(history.meets(completed(2))).toBe(false);
});

test("an event is met up to the end of the job, and not behind it, though the storm goes on", () => {
  const history = historyOf(5, [5_000, 5_001]);
  expect(history.meets(completed(1))).toBe(true);
  expect(history.meets(completed(2))).toBe(false);
});

test("the second of an event is met where there are two that the pattern means", () => {
  const history = historyOf(20, [1_000, 2_000]);
  const second = (pattern: { readonly checkpoint?: number; readonly role?: string }) =>
    history.meets({ on: { event: "checkpoint.complete", ...pattern }, nth: 2 });
  expect(second({})).toBe(true);
  expect(second({ role: "jm0" })).toBe(true);
  expect(second({ checkpoint: 1 })).toBe(false);
  expect(second({ role: "jm1" })).toBe(false);
});

test("an instant and a step of a process are no events", () => {
  const history = historyOf(20, [1_000]);
  expect([history.meets({ atUs: 1_000 }), history.meets({ step: 1 })]).toEqual([false, false]);
});
