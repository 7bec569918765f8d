import { createRequire } from "node:module";
import { relative } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, expect, test, type TestContext } from "vitest";
import { campaign, indicesOf, playInline } from "../explore/campaign.ts";
import { CaseLine } from "../explore/case-line.ts";
import { FailureRecorder, type FoundFailure, type RecordedTarget } from "../explore/failure-recorder.ts";
import { readFailure, refuseUnplayable } from "../explore/failure-file.ts";
import { Misuse } from "../explore/misuse.ts";
import { freshJobLoader, moduleLoader } from "../explore/module-loader.ts";
import { openProject } from "../explore/project.ts";
import type { Profile } from "../explore/profile.ts";
import { replayFailure } from "../explore/replay.ts";
import type { Scenario } from "../explore/scenario.ts";
import { sayEnding } from "../explore/shrink-ending.ts";
import { messageOf, signatureOf } from "../explore/signature.ts";
import { sayFault } from "../explore/story.ts";
import { sayUnjudged, UnjudgedClaims } from "../explore/unjudged-claims.ts";
import { unseenClaims } from "../explore/unseen-claims.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import { sayNeverFired, WrittenFaults } from "../explore/written-faults.ts";
import * as face from "../index.ts";
import { installFence } from "../kernel/fence/fence.ts";

/**
 * A scenario as a vitest test: `simulate("every payment counts once", paymentsUnderStorm, { runs: 200 })`. It owns the
 * joint with the test runner (time-out, abort, retries, names); cases, shrinking and failure files are `explore`'s.
 *
 * Runs decide, time only cuts: at 80 % of the test's time-out it stops, and fails when it has played fewer than
 * `minRuns`. The environment may override a test for a while: `MILLRACE_SEED`, `MILLRACE_RUNS`, and `MILLRACE_REPLAY=<file>`,
 * which plays that failure alone.
 */
installFence();

export interface SimulateOptions {
  /** Default 200. */
  readonly runs?: number;
  /** Fewer than this is a failure, however little time there was. Default: a tenth of `runs`. */
  readonly minRuns?: number;
  /** Default: the test's name, so that a test plays the same cases every time. */
  readonly seed?: string;
  readonly profile?: Profile;
  /** Milliseconds. Default 60,000. */
  readonly timeout?: number;
}

export interface Simulate {
  (name: string, scenario: Scenario, options?: SimulateOptions): void;
  readonly only: (name: string, scenario: Scenario, options?: SimulateOptions) => void;
  readonly skip: (name: string, scenario: Scenario, options?: SimulateOptions) => void;
  /** One test for each scenario, named after it: `simulate.each([a, b])("holds")`. */
  readonly each: (scenarios: readonly Scenario[]) => (name: string, options?: SimulateOptions) => void;
}

type Declare = (
  name: string,
  options: { readonly timeout: number; readonly retry: number },
  body: (context: TestContext) => Promise<void>,
) => void;

export const simulate: Simulate = Object.assign(simulateBy(test), {
  only: simulateBy(test.only),
  skip: simulateBy(test.skip),
  each: (scenarios: readonly Scenario[]) => (name: string, options?: SimulateOptions) => {
    describe(name, () => scenarios.forEach(scenario => simulateBy(test)(scenario.name, scenario, options)));
  },
});

function simulateBy(declare: Declare): (name: string, scenario: Scenario, options?: SimulateOptions) => void {
  return (name, scenario, options = {}) => {
    const timeout = options.timeout ?? 60_000;
    // A retry would play the same cases again; a failure here is never a matter of luck.
    declare(name, { timeout, retry: 0 }, context =>
      simulateNow(scenario, { ...options, timeout, seed: options.seed ?? name }, context),
    );
  };
}

async function simulateNow(
  scenario: Scenario,
  options: SimulateOptions & { readonly seed: string; readonly timeout: number },
  context: TestContext,
): Promise<void> {
  const player = new WorldPlayer(scenario, freshJobLoader(scenario.job, face));
  const { MILLRACE_SEED, MILLRACE_RUNS, MILLRACE_REPLAY } = process.env;
  if (MILLRACE_REPLAY !== undefined) return replayOnly(MILLRACE_REPLAY, scenario, player, context);
  const seed = MILLRACE_SEED ?? options.seed;
  const runs = MILLRACE_RUNS === undefined ? (options.runs ?? 200) : wholeRuns(MILLRACE_RUNS);
  const minRuns = Math.min(runs, options.minRuns ?? Math.ceil(runs / 10));
  console.info(`millrace: ${scenario.name}, seed ${seed}, ${runs} runs`);

  const { config, root } = await openProject(process.cwd(), moduleLoader(face));
  const target: RecordedTarget = {
    scenario,
    player,
    jobFile: scenario.job.module,
    module: relative(root, context.task.file.filepath),
    export: "",
  };
  const line = new CaseLine([target], {
    seed,
    checkEvery: 20,
    freshEvery: 0,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  const endMs = performance.now() + options.timeout * 0.8;
  const budget = () => ({ runsMax: 400, timeIsUp: () => performance.now() > endMs });
  const { version } = createRequire(import.meta.url)("millrace/package.json") as { version: string };
  const recorder = new FailureRecorder({ root, out: config.out, seed, version, budget });
  const written = new WrittenFaults();
  const unjudged = new UnjudgedClaims();
  const outcome = await campaign(
    playInline(indicesOf(runs), index => line.play(index)),
    {
      bail: true,
      scenarioOf: () => scenario.name,
      record: async failed => recorder.record(failed, await line.caseOf(failed.index), target),
      stop: () => (context.signal.aborted ? "interrupted" : performance.now() > endMs ? "time" : undefined),
      onRun: ({ run }) => {
        written.add(scenario, run);
        unjudged.add(scenario.name, run);
      },
    },
  );
  const [failure] = outcome.failures;
  if (failure !== undefined) expect.fail(failureMessage(failure));
  const { summary } = outcome;
  if (summary.exhausted > 0)
    expect.fail(
      `${summary.exhausted} of ${summary.runs} cases ran out of their budget of events (seed ${seed}): neither held nor failed.`,
    );
  if (summary.runs < minRuns) {
    expect.fail(
      `Only ${summary.runs} of ${runs} runs in ${options.timeout * 0.8} ms; at least ${minRuns} are wanted. Give the test more time, or ask for fewer runs.`,
    );
  }
  const unseen = unseenClaims([scenario], summary);
  if (unseen.length > 0)
    expect.fail(
      `${unseen.join(", ")}: demanded at least once, and none of ${summary.runs} cases has seen it (seed ${seed}).`,
    );
  for (const one of written.neverFired) console.warn(`millrace: never fired: ${sayNeverFired(one)}`);
  for (const one of unjudged.list) console.warn(`millrace: not judged: ${sayUnjudged(one)}`);
  if (summary.runs < runs) console.info(`millrace: ${scenario.name}, ${summary.runs} of ${runs} runs, cut by time`);
}

async function replayOnly(file: string, scenario: Scenario, player: WorldPlayer, context: TestContext): Promise<void> {
  const failure = readFailure(file);
  if (failure.scenario.name !== scenario.name) return context.skip(`${file} is a failure of ${failure.scenario.name}`);
  refuseUnplayable(failure, scenario, file);
  const { outcome, run } = await replayFailure(failure, player);
  if (outcome !== "passes") expect.fail(`${outcome}: ${signatureOf(run.verdict) ?? ""} ${messageOf(run.verdict)}`);
}

function failureMessage(failure: FoundFailure): string {
  return [
    `${failure.signature} in case ${failure.case} of seed ${failure.seed}: ${failure.message}`,
    failure.plan.length === 0
      ? `No fault is needed for it. (${sayEnding(failure.shrinkEnding)})`
      : `Shrunk to ${failure.plan.length} of ${failure.originalPlanLength} faults (${sayEnding(failure.shrinkEnding)}):`,
    ...failure.plan.map(fault => `  ${sayFault(fault)}`),
    `Again: ${failure.replay}`,
    `   or: MILLRACE_REPLAY=${failure.file} npx vitest run`,
  ].join("\n");
}

function wholeRuns(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Misuse(`MILLRACE_RUNS is "${text}"; a whole number from 1 is expected.`);
  return Number(text);
}
