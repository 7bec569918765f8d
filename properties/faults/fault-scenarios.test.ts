import { expect, test } from "vitest";
import * as ofCheckpoints from "../../scenarios/faults-of-checkpoints.ts";
import * as ofDisks from "../../scenarios/faults-of-disks.ts";
import * as ofLinks from "../../scenarios/faults-of-links.ts";
import * as ofMachines from "../../scenarios/faults-of-machines.ts";
import * as ofServices from "../../scenarios/faults-of-services.ts";
import * as ofTimers from "../../scenarios/spending.ts";
import * as ofZombies from "../../scenarios/zombies.ts";
import { caseAt, calmCase } from "../../src/explore/case-generator.ts";
import { flyPilot } from "../../src/explore/pilot.ts";
import type { Scenario } from "../../src/explore/scenario.ts";
import type { Fault } from "../../src/world/fault.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { faultCatalogue } from "../../src/world/faults/fault-catalogue.ts";

/** Scenarios that target faults: in each, every fault of its plan bites, and every record counts once. */
const modules = [ofCheckpoints, ofDisks, ofLinks, ofMachines, ofServices, ofTimers, ofZombies];
const scenarios: readonly Scenario[] = modules.flatMap(module =>
  Object.values(module).filter(({ plan }) => plan.length > 0),
);

test.each(scenarios.map(one => [one.name, one] as const))("%s", async (_name, scenario) => {
  const player = new WorldPlayer(scenario);
  const pilot = await flyPilot(calmCase(scenario), player, "free");
  const run = await player.play(caseAt(scenario, pilot, "disks", 0));
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.faults.filter(({ fired, effective }) => fired && !effective)).toEqual([]);
  const bitten = run.faults.filter(({ effective }) => effective).map(({ index }) => momentOf(scenario.plan[index]!));
  expect(scenario.plan.map(momentOf).filter(moment => !bitten.includes(moment))).toEqual([]);
});

/** Faults on whoever does something first are one: they differ in no more than in the name of the one who does it. */
function momentOf(fault: Fault): string {
  const { when, target } = fault;
  if (!("on" in when) || when.on.role !== target) return JSON.stringify(fault);
  return JSON.stringify({ ...fault, target: "", when: { ...when, on: { ...when.on, role: "" } } });
}

test("every kind of fault has a scenario that targets it", () => {
  const targeted = new Set(scenarios.flatMap(({ plan }) => plan.map(({ kind }) => kind)));
  expect(faultCatalogue.map(({ kind }) => kind).filter(kind => !targeted.has(kind))).toEqual([]);
});
