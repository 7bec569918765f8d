import fc from "fast-check";
import { calmCase, caseAt } from "../../src/explore/case-generator.ts";
import type { CaseRun } from "../../src/explore/case-run.ts";
import { flyPilot } from "../../src/explore/pilot.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { jobOf, jobShape, rowsOf, topicsOf, type JobShape } from "./random-job.ts";

/** What `count` random jobs come to, each played in calm and under two storms. Throws the smallest job that does not hold. */
export async function playRandomJobs(count: number, seed: number): Promise<RandomJobs> {
  const totals = { jobs: 0, cases: 0, judged: 0, inPart: 0, withState: 0 };
  const holds = async (shape: JobShape): Promise<void> => {
    totals.jobs++;
    for (const run of await runsOf(shape)) {
      const { kind } = run.verdict;
      if (kind !== "passed" && kind !== "vacuous") throw new Error(JSON.stringify(run.verdict, undefined, 2));
      const { checked = 0, notJudged } = run.claims["SK-1"] ?? {};
      totals.cases++;
      if (checked > 0) totals.judged++;
      if (notJudged !== undefined) totals.inPart++;
      if (run.recoveries.withState > 0) totals.withState++;
    }
  };
  await fc.assert(fc.asyncProperty(jobShape, holds), { seed, numRuns: count });
  return totals;
}

export interface RandomJobs {
  readonly jobs: number;
  readonly cases: number;
  /** Cases in which SK-1 has found the order of a key at least. */
  readonly judged: number;
  /** Cases in which it has left something undecided. */
  readonly inPart: number;
  /** Cases that restored state in mid-input. */
  readonly withState: number;
}

async function runsOf(shape: JobShape): Promise<readonly CaseRun[]> {
  const under = scenario("random-job", {
    why: "Whatever the shape of a job, each record counts once.",
    job: jobOf(shape),
    input: Object.fromEntries(topicsOf(shape).map((topic, index) => [topic, rowsOf(topic, 30 + 20 * index)])),
    storm: { profile: "all" },
  });
  const player = new WorldPlayer(under);
  const calm = calmCase(under);
  const pilot = await flyPilot(calm, player, "free");
  const runs: CaseRun[] = [];
  for (const played of [calm, caseAt(under, pilot, "a", 0), caseAt(under, pilot, "a", 1)])
    runs.push(await player.play(played));
  return runs;
}
