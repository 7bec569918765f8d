import { expect, test } from "vitest";
import type { Fault } from "../world/fault.ts";
import { calmCase } from "./case-generator.ts";
import { scenario } from "./scenario.ts";
import { idleJob, passedRun } from "./testing/stand-in-runs.ts";
import { WrittenFaults } from "./written-faults.ts";

const words = scenario("words", {
  why: "Two faults are written, and a storm adds its own.",
  job: idleJob,
  input: [],
  plan: on => [on.atMs(5).kill("tm0"), on.event("no.such").kill("tm1")],
});
const stormy: Fault = { kind: "net.reset", target: "jm0>tm1", when: { atUs: 7 } };

/** A run in which the faults at these places fired. */
function runWith(...fired: readonly number[]) {
  const run = passedRun({ ...calmCase(words), plan: [...words.plan, stormy] });
  return { ...run, faults: run.faults.map(row => ({ ...row, fired: fired.includes(row.index) })) };
}

test("a written fault that fires in no case is named, with the number of cases; a storm's is not", () => {
  const written = new WrittenFaults();
  for (let i = 0; i < 3; i++) written.add(words, runWith(0));
  expect(written.neverFired).toEqual([{ scenario: "words", index: 1, fault: words.plan[1], cases: 3 }]);
});

test("one case in which it fires is enough", () => {
  const written = new WrittenFaults();
  for (const run of [runWith(0), runWith(), runWith(1, 2)]) written.add(words, run);
  expect(written.neverFired).toEqual([]);
});
