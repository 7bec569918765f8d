import { readFailure, refuseUnplayable } from "../explore/failure-file.ts";
import { Misuse } from "../explore/misuse.ts";
import { moduleLoader } from "../explore/module-loader.ts";
import { findScenarios, openProject } from "../explore/project.ts";
import { confirmed, replayFailure, type Replay } from "../explore/replay.ts";
import { isScenario, type Scenario } from "../explore/scenario.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import * as face from "../index.ts";
import { installFence } from "../kernel/fence/fence.ts";

/**
 * Plays a failure file in a test: `repro.test.ts` beside each of them calls it. `where` is the author's module that exports
 * the scenario, or the name of a bundled one (`millrace:words-under-storm`).
 */
export async function replayed(
  file: string,
  where: string | Readonly<Record<string, unknown>>,
): Promise<Pick<Replay, "outcome" | "exact" | "staleAnchors" | "variants">> {
  installFence();
  const failure = readFailure(file);
  const scenario = typeof where === "string" ? await bundled(where) : exported(where, failure.scenario.name);
  refuseUnplayable(failure, scenario, file);
  const player = new WorldPlayer(scenario);
  const { run: _, ...told } = await confirmed(failure, await replayFailure(failure, player), player);
  return told;
}

async function bundled(module: string): Promise<Scenario> {
  const load = moduleLoader(face);
  const found = (await findScenarios(await openProject(process.cwd(), load), load)).find(one => one.module === module);
  if (found === undefined) throw new Misuse(`This version of Millrace has no scenario "${module}".`);
  return found.scenario;
}

function exported(author: Readonly<Record<string, unknown>>, name: string): Scenario {
  const found = Object.values(author).find((value): value is Scenario => isScenario(value) && value.name === name);
  if (found === undefined) throw new Misuse(`The module exports no scenario "${name}" any more.`);
  return found;
}
