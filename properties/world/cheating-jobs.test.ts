import { relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as face from "../../src/index.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { CaseLine } from "../../src/explore/case-line.ts";
import { freshJobLoader } from "../../src/explore/module-loader.ts";
import { scenario, type Scenario, type ScenarioJob } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { installFence } from "../../src/kernel/fence/fence.ts";
import type * as CheatingJobs from "./cheating-jobs.ts";

let jobs: typeof CheatingJobs;

beforeAll(async () => {
  installFence();
  jobs = await import("./cheating-jobs.ts");
});

test("a job whose module keeps a Set across crashes is caught by the name of its file", async () => {
  const cheat = scenarioOf(jobs.setKeeper, "set-kept");
  const player = new WorldPlayer(cheat, freshJobLoader(jobs.setKeeper, face));
  const jobFile = relative(process.cwd(), jobs.setKeeper.module);
  const line = new CaseLine([{ scenario: cheat, player, jobFile }], { seed: "set", checkEvery: 0, freshEvery: 1 });
  const { run } = await line.play(0);
  expect(run.verdict).toMatchObject({ kind: "broken" });
  expect(run.verdict).toHaveProperty(
    "reason",
    expect.stringContaining("module state survived a crash: properties/world/cheating-jobs.ts"),
  );
});

test("a job that has captured the real clocks is shown its machine's, the same each time", async () => {
  const cheat = scenarioOf(jobs.clockReader, "clock-read");
  const player = new WorldPlayer(cheat);
  const played = { ...calmCase(cheat), seed: "clock" };
  const seen: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    jobs.readings.length = 0;
    const { digest, verdict } = await player.play(played);
    // The reference reads the clocks too, when the run is over, and finds that they stand still.
    const inside = jobs.readings.filter(({ wallMs }) => wallMs > 0);
    expect(inside.every(({ wallMs }) => wallMs < REAL_MS_MIN)).toBe(true);
    expect([verdict.kind, inside.length]).toEqual(["passed", RECORDS]);
    seen.push([digest, inside]);
  }
  expect(seen[0]).toEqual(seen[1]);
});

test.each([
  ["output", "stamper", "Date"],
  ["output", "lottery", "Math.random or crypto"],
  ["state", "diarist", "Date"],
] as const)("a job whose %s depends on %s's %s is broken, by the place of the call", async (what, name, call) => {
  const { verdict } = await play(jobs[name], `${what}-of-${name}`);
  expect(verdict).toMatchObject({ kind: "broken" });
  expect(verdict).toHaveProperty(
    "reason",
    expect.stringMatching(
      new RegExp(`^the job's ${what} is not .* depends on ${call} at properties/world/cheating-jobs\\.ts:\\d+:\\d+\\.`),
    ),
  );
});

test("a job that reads the real disk is broken, by the name of what it called, though it swallows the error", async () => {
  const { verdict } = await play(jobs.diskReader, "disk-read");
  expect(verdict).toMatchObject({ kind: "broken" });
  expect(verdict).toHaveProperty("reason", expect.stringContaining("fs.readFileSync"));
});

test("two processes that share a promise are broken, by both names", async () => {
  const { verdict } = await play(jobs.promiseSharer, "promise-shared");
  expect(verdict).toMatchObject({ kind: "broken" });
  expect(verdict).toHaveProperty("reason", expect.stringMatching(/tm\d.*tm\d/));
});

/** They last for longer than it takes to the first checkpoint, which holds what was remembered. */
const RECORDS = 60;
/** Worlds begin with the year 2026 and last for seconds. */
const REAL_MS_MIN = Date.UTC(2026, 0, 2);

function scenarioOf(job: ScenarioJob, name: string): Scenario {
  return scenario(name, {
    why: "A job that reaches around its machine must be told from one that does not.",
    job,
    input: Array.from({ length: RECORDS }, (_, index) => `line ${index}`),
  });
}

function play(job: ScenarioJob, name: string) {
  const cheat = scenarioOf(job, name);
  return new WorldPlayer(cheat).play(calmCase(cheat));
}
