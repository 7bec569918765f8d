import { expect, test } from "vitest";
import { caseAt, calmCase } from "../../src/explore/case-generator.ts";
import { flyPilot } from "../../src/explore/pilot.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import * as scenarios from "../../scenarios/faults-of-disks.ts";

/** Scenarios of disk faults: in each, every fault of its plan bites, and every record counts once. */
test.each(Object.values(scenarios).map(one => [one.name, one] as const))("%s", async (_name, scenario) => {
  const player = new WorldPlayer(scenario);
  const pilot = await flyPilot(calmCase(scenario), player, "free");
  const run = await player.play(caseAt(scenario, pilot, "disks", 0));
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.faults.filter(({ effective }) => !effective)).toEqual([]);
});
