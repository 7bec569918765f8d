import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Failure } from "../explore/failure-file.ts";
import type { ExploreReport } from "../report/explore-report.ts";
import { millrace } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/**
 * What the flags of `explore` decide, through the built command line, which `npm test` builds first. A campaign takes two
 * processes, so that one is asked for all that it can tell.
 */
const folder = projectFolder("flags");
writeFileSync(
  join(folder, "scenarios/copies.ts"),
  `import { job, logSink, logSource, scenario } from "millrace";
const copyJob = (name: string, intervalMs: () => number) => job(name, env => {
  env.enableCheckpointing(intervalMs());
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers").sinkTo(logSink({ topic: "copies" }));
});
const world = { why: "A flag decides what is played of it.", input: { numbers: [1, 2, 3] } };
const never = { id: "XX-1", sentence: "No run ever ends.", expectation: "always" as const, wants: {},
  begin: () => ({ checked: 1, on: () => undefined, end: () => [{ claim: "XX-1", where: "job", message: "the run has ended" }] }) };
export const neverEnds = scenario("never-ends", { ...world, job: copyJob("copy", () => 100), claims: [never] });
// The first case and its pilot take about half of these lives.
let lives = 0;
const late = copyJob("late", () => (++lives > 50 ? 50 : 100));
export const remembers = scenario("remembers", { ...world, job: late, storm: false, plan: () => [] });
`,
);

/** Cases 1, 3 and 5 of six. */
let shard: ExploreReport;
/** The same, as far as it comes. */
let short: ExploreReport;
beforeAll(async () => {
  const share = ["never-ends", "--runs", "6", "--shard", "2/2"];
  shard = await explored(...share);
  // Less than a worker process takes to start: the first case is the last.
  short = await explored(...share, "--time", "1ms", "--check-determinism", "--profile", "light");
}, 60_000);

test("a shard plays its share of the cases", () => {
  expect(shard).toMatchObject({ ended: "all-played", runs: 3, failures: [{ case: 1 }] });
});

test("a failure file counts the hits of all campaigns, each with those of its later cases", () => {
  expect([shard, short].map(({ failures }) => failures[0]!.hits)).toEqual([3, 1]);
  const { hits } = JSON.parse(readFileSync(join(folder, shard.failures[0]!.file), "utf8")) as Failure;
  expect(hits).toBe(4);
});

test("a campaign ends when its time is up", () => {
  expect(short).toMatchObject({ ended: "time", runs: 1, failures: [{ case: 1 }] });
});

test("every case is played twice where that is asked for", () => {
  expect(shard.determinism).toEqual({ checked: 0, mismatches: 0 });
  expect(short.determinism).toEqual({ checked: 1, mismatches: 0 });
});

test("storms blow as hard as they are told to", () => {
  // One fault or two; the standard storm of the same case has more.
  expect(short.failures[0]!.originalPlanLength).toBeLessThanOrEqual(2);
  expect(shard.failures[0]!.originalPlanLength).toBeGreaterThan(2);
});

test("a failure of an earlier campaign is played first, and the first of this one ends it", async () => {
  const { corpus, ended, runs, failures } = await explored("never-ends", "--runs", "3", "--last-failed", "--bail");
  expect(corpus).toMatchObject({ played: 1, results: [{ file: shard.failures[0]!.file, outcome: "reproduced" }] });
  expect({ ended, runs, hits: failures[0]!.hits }).toEqual({ ended: "bail", runs: 1, hits: 1 });
});

test("a job that remembers is found in whichever case it shows when each one is isolated", async () => {
  const { failures } = await explored("remembers", "--runs", "9", "--isolate", "--bail");
  expect(failures).toMatchObject([{ claim: "broken", signature: "broken@module state survived a crash" }]);
  // The first round is isolated whatever the flags say.
  expect(failures[0]!.case).toBeGreaterThan(0);
});

async function explored(...args: string[]): Promise<ExploreReport> {
  const { out, err } = await millrace(["explore", ...args, "--seed", "a", "--jobs", "1", "--json"], folder);
  if (!out.startsWith("{")) throw new Error(err);
  return JSON.parse(out) as ExploreReport;
}
