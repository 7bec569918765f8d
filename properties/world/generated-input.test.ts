import { expect, test } from "vitest";
import { committedOutput, generatorSource, job, logSink, scenario } from "../../src/index.ts";
import { calmCase, caseAt } from "../../src/explore/case-generator.ts";
import { flyPilot } from "../../src/explore/pilot.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";

/** Records that no log holds: no reference knows them, and what an author claims of the output is all that is held against it. */
const COUNT = 300;

const numbers = scenario("numbers", {
  why: "Numbers made by three splits: a restore makes each again from where the checkpoint was, and none twice.",
  job: job("numbers", env => {
    env.enableCheckpointing(1000);
    env
      .fromSource(generatorSource({ count: COUNT, splits: 3, generate: i => ({ i }) }), "made")
      .sinkTo(logSink({ topic: "numbers", key: ({ i }) => String(i) }));
  }),
  input: { unused: [1] },
  claims: [
    committedOutput({
      topic: "numbers",
      sentence: "Each number is committed once.",
      holds(committed) {
        const times = new Array<number>(COUNT).fill(0);
        for (const { i } of committed as readonly { i: number }[]) times[i]!++;
        const wrong = times.findIndex(n => n !== 1);
        return wrong < 0 ? undefined : `${wrong} stands there ${times[wrong]} times`;
      },
    }),
  ],
});

test("a job that makes its records is judged by its author's claims, under storms too, and by no claim about logs", async () => {
  const player = new WorldPlayer(numbers);
  const pilot = await flyPilot(calmCase(numbers), player, "free");
  const kinds = new Set<string>();
  let restored = 0;
  for (let index = 0; index < 15; index++) {
    const run = await player.play(caseAt(numbers, pilot, "made", index));
    kinds.add(run.verdict.kind);
    restored += run.recoveries.fromCheckpoint > 0 ? 1 : 0;
  }
  kinds.delete("vacuous");
  expect([...kinds]).toEqual(["passed"]);
  expect(restored).toBeGreaterThanOrEqual(8);
});
