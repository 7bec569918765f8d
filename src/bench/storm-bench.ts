import { calmCase } from "../explore/case-generator.ts";
import { Dice, randomOf } from "../explore/dice.ts";
import { flyPilot } from "../explore/pilot.ts";
import { kindsOf, stormPlan } from "../explore/storm.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import type { Case } from "../world/case.ts";
import { standardCase } from "./case-bench.ts";
import type { Bench } from "./measurement.ts";
import { pairByPair } from "./rounds.ts";

/**
 * What faults cost: the standard case under storms of all families, against the same case without a fault. A storm makes
 * a job do more (it restores, reads again, waits), so the cost of one event is told beside that of a case: what hooks and
 * ledgers cost shows there.
 *
 * Each storm stands beside the same case without a fault. As in case-bench.ts it is a campaign's figure: the rounds begin
 * when each has been played a few times.
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
    const play = (side: Side, played: Case) => async () => {
      const run = await player.play(played);
      if (run.verdict.kind === "violated" || run.verdict.kind === "broken")
        throw new Error(`${played.seed} does not hold: ${JSON.stringify(run.verdict)}`);
      side.events += run.events;
    };
    const [stormy, still]: [Side, Side] = [{ events: 0 }, { events: 0 }];
    const pairs = storms.map(storm => ({ ours: play(stormy, storm), theirs: play(still, { ...storm, plan: [] }) }));
    const { oursMs, theirsMs, ratio } = await pairByPair(pairs, { rounds, warmRounds: WARM_ROUNDS });
    const ofOneRound = ({ events }: Side): number => events / (rounds + WARM_ROUNDS);
    const perEvent = { ours: (oursMs * 1000) / ofOneRound(stormy), theirs: (theirsMs * 1000) / ofOneRound(still) };
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

interface Side {
  events: number;
}

const CASES = 40;
const WARM_ROUNDS = 3;
