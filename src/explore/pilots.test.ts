import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CaseLine } from "./case-line.ts";
import type { CasePlayer } from "./case-run.ts";
import type { Pilot } from "./pilot.ts";
import { Pilots } from "./pilots.ts";
import { scenario, type ScenarioSpec } from "./scenario.ts";
import type { Oracle } from "../oracles/oracle.ts";
import { idleJob, passedRun } from "./testing/stand-in-runs.ts";

const input = [1, 2, 3];
const why = "A stand-in for the tests of pilots.";

/** The calm runs, by scenario: what a pilot plays has no plan. */
function lineOf(specs: Readonly<Record<string, Partial<ScenarioSpec>>>, pilots?: Pilots) {
  const flights: string[] = [];
  const targets = Object.entries(specs).map(([name, spec]) => {
    const player: CasePlayer = {
      play(played) {
        flights.push(name);
        return Promise.resolve(passedRun(played));
      },
    };
    return { scenario: scenario(name, { why, job: idleJob, input, ...spec }), player, jobFile: "jobs/none.ts" };
  });
  return { line: new CaseLine(targets, { seed: "s", checkEvery: 0, freshEvery: 0 }, pilots), flights };
}

const killed: ScenarioSpec["plan"] = on => [on.checkpoint(1).completed().kill("tm0", { forMs: 100 })];
const lost: ScenarioSpec["plan"] = on => [on.checkpoint(2).triggered().reset("tm0>tm1")];

test("a pilot that another process has flown is not flown again, and the cases are the same", async () => {
  const flown: [string, Pilot][] = [];
  const first = lineOf({ storm: {} }, new Pilots((...told) => flown.push(told)));
  const cases = [await first.line.caseOf(3), await first.line.caseOf(4)];
  expect(first.flights).toEqual(["storm"]);
  expect(flown.map(([name]) => name)).toEqual(["storm"]);
  const taught = new Pilots(() => expect.fail("flown again"));
  for (const [name, pilot] of flown) taught.learn(name, pilot);
  const second = lineOf({ storm: {} }, taught);
  expect([await second.line.caseOf(3), await second.line.caseOf(4)]).toEqual(cases);
  expect(second.flights).toEqual([]);
});

test("scenarios that differ in nothing but their fixed plans share one pilot", async () => {
  const { line, flights } = lineOf({ one: { plan: killed }, other: { plan: lost } });
  for (const index of [1, 0, 2, 3]) await line.caseOf(index);
  expect(flights).toEqual(["other"]);
});

test("drawn records hang on the scenario's name: their pilots are not shared", async () => {
  const drawn = fc.constant(input);
  const { line, flights } = lineOf({ one: { plan: killed, input: drawn }, other: { plan: lost, input: drawn } });
  for (const index of [0, 1]) await line.caseOf(index);
  expect(flights).toEqual(["one", "other"]);
});

const standing: Oracle = {
  id: "XX-1",
  sentence: "It stands.",
  expectation: "always",
  wants: {},
  begin: () => ({ on: () => undefined, end: () => [], checked: 1 }),
};

const others: Readonly<Record<string, Partial<ScenarioSpec>>> = {
  job: { job: { ...idleJob, name: "busy" } },
  parameters: { params: { limit: 1 } },
  cluster: { cluster: { workers: 4 } },
  settings: { knobs: { checkpointIntervalMs: 40 } },
  records: { input: [1, 2, 4] },
  claims: { claims: [standing] },
  "a storm": { storm: {} },
};

test.each(Object.entries(others))("a pilot is not shared where they differ in their %s", async (_, differs) => {
  const { line, flights } = lineOf({ one: { plan: killed }, other: { plan: killed, ...differs } });
  for (const index of [0, 1]) await line.caseOf(index);
  expect(flights.sort()).toEqual(["one", "other"]);
});
