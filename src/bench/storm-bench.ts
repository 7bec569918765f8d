import { calmCase } from "../explore/case-generator.ts";
import { Dice, randomOf } from "../explore/dice.ts";
import { flyPilot } from "../explore/pilot.ts";
import { kindsOf, stormPlan } from "../explore/storm.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import type { Case } from "../world/case.ts";
import { standardCase } from "./case-bench.ts";
import type { Bench } from "./measurement.ts";
import { sideBySide } from "./rounds.ts";

/**
 * What faults cost: the standard case under storms of all families, against the same case without a fault. A storm makes
 * a job do more (it restores, reads again, waits), so the cost of one event is told beside that of a case: what hooks and
 * ledgers cost shows there.
 */
export const stormBench: Bench = {
  async run({ rounds }) {
    const player = new WorldPlayer(standardCase);
    const calm = { ...calmCase(standardCase), plan: [] };
    const pilot = await flyPilot(calm, player, "fixed");
    const ground = { profile: "all", kinds: kindsOf("all"), topology: calm.topology, services: [], pilot } as const;
    const storms = Array.from({ length: CASES }, (_, i): Case => {
      const plan = stormPlan(new Dice(randomOf("bench", standardCase.name, i)), ground);
      return { ...calm, plan, seed: `bench-${i}` };
    });
    const calms = storms.map((storm): Case => ({ ...storm, plan: [] }));
    const events = { storms: 0, calms: 0 };
    const play = (cases: readonly Case[], side: keyof typeof events) => async () => {
      events[side] = 0;
      for (const one of cases) {
        const run = await player.play(one);
        if (run.verdict.kind === "violated" || run.verdict.kind === "broken")
          throw new Error(`${one.seed} does not hold: ${JSON.stringify(run.verdict)}`);
        events[side] += run.events;
      }
    };
    const { oursMs, theirsMs, ratio } = await sideBySide(rounds, play(storms, "storms"), play(calms, "calms"));
    const perEvent = { ours: (oursMs * 1000) / events.storms, theirs: (theirsMs * 1000) / events.calms };
    const against = "without faults";
    return [
      { name: "storm-all", value: oursMs / CASES, unit: "ms/case", ratio, against },
      {
        name: "storm-all-events",
        value: perEvent.ours,
        unit: "µs/event",
        ratio: perEvent.ours / perEvent.theirs,
        against,
      },
    ];
  },
};

const CASES = 40;
