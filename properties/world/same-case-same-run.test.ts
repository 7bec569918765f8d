import { basename } from "node:path";
import { expect, test } from "vitest";
import { flightsToFiles } from "../../scenarios/flights.ts";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Case } from "../../src/world/case.ts";
import type { Fault } from "../../src/world/fault.ts";
import { stormsOver } from "./storms.ts";

/** SI-1 and SI-6: what a run's digest depends on, and what it does not. */

test("the same case gives the same run, recorded or not, and whatever was played in between", async () => {
  for (const scenario of [wordsUnderStorm, flightsToFiles]) {
    const { player, cases } = await stormsOver(scenario, "same", 3);
    const first = await digests(cases, played => player.play(played));
    expect(new Set(first).size).toBe(cases.length);
    expect(await digests([...cases].reverse(), played => player.play(played, { record: true }))).toEqual(
      [...first].reverse(),
    );
  }
});

test("where the job's module lies changes nothing", async () => {
  for (const scenario of [wordsUnderStorm, flightsToFiles]) {
    const { player, cases } = await stormsOver(scenario, "elsewhere", 3);
    const name = basename(scenario.job.module, ".ts");
    const job = { ...scenario.job, module: `/another/machine/and a longer path/${name}.js` };
    const elsewhere = new WorldPlayer({ ...scenario, job });
    expect(await digests(cases, played => elsewhere.play(played))).toEqual(
      await digests(cases, played => player.play(played)),
    );
  }
});

test("another seed is another run of the same plan", async () => {
  const { player, cases } = await stormsOver(wordsUnderStorm, "same", 1);
  const [one] = cases;
  const [here, there] = await digests([one!, { ...one!, seed: "another" }], played => player.play(played));
  expect(here).not.toBe(there);
});

/** Each has no effect for a reason of its own. */
const idle: Readonly<Record<string, Fault>> = {
  "an event that never comes": { kind: "proc.kill", target: "tm0", when: { on: { event: "never.happens" } }, forUs: 1 },
  "an instant after the end": { kind: "proc.kill", target: "tm0", when: { atUs: 3_600_000_000 }, forUs: 1 },
  "a life that nobody lives": { kind: "proc.kill", target: "tm0", when: { step: 10, life: 99 }, forUs: 1 },
  "a connection that nobody has": { kind: "net.reset", target: "dfs0>dfs1", when: { atUs: 600_000 } },
  "an operation that nobody calls": {
    kind: "disk.error",
    target: "tm0",
    when: { atUs: 500_000 },
    params: { operation: "truncate", times: 1 },
  },
  "a site that no function reaches": {
    kind: "task.fail",
    target: "count[0]",
    when: { atUs: 500_000 },
    params: { site: "timer" },
  },
};

test("a fault that had no effect can be taken away, and the run stays the same", async () => {
  const { player, cases } = await stormsOver(wordsUnderStorm, "idle", 2);
  for (const played of cases) {
    const without = await player.play(played);
    for (const [why, fault] of Object.entries(idle)) {
      // Before and behind the others: neither its number nor its owner may matter.
      for (const plan of [
        [fault, ...played.plan],
        [...played.plan, fault],
      ]) {
        const run = await player.play({ ...played, plan });
        const effect = run.faults.find(({ index }) => plan[index] === fault);
        expect([why, effect?.effective ?? false, run.digest]).toEqual([why, false, without.digest]);
      }
    }
  }
});

async function digests(
  cases: readonly Case[],
  play: (played: Case) => Promise<{ readonly digest: string }>,
): Promise<string[]> {
  const found: string[] = [];
  for (const played of cases) found.push((await play(played)).digest);
  return found;
}
