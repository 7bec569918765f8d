import { caseAt, calmCase } from "../../src/explore/case-generator.ts";
import { flyPilot } from "../../src/explore/pilot.ts";
import type { Scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Case } from "../../src/world/case.ts";

/** The first cases of a campaign over one scenario, and who plays them: what the laws of the world are shown on. */
export async function stormsOver(
  scenario: Scenario,
  seed: string,
  count: number,
): Promise<{ readonly player: WorldPlayer; readonly cases: readonly Case[] }> {
  const player = new WorldPlayer(scenario);
  const pilot = await flyPilot(calmCase(scenario), player, "free");
  const cases = Array.from({ length: count }, (_, index) => caseAt(scenario, pilot, seed, index));
  return { player, cases };
}
