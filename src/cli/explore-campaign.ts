import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { campaign, indicesOf, playInline, type CampaignEnding } from "../explore/campaign.ts";
import { calmCase } from "../explore/case-generator.ts";
import { CaseLine, type CaseLineOptions, type IndexedRun } from "../explore/case-line.ts";
import { corpusResult, holds, type CorpusCase, type CorpusResult } from "../explore/corpus.ts";
import { FailureRecorder, type RecordedTarget } from "../explore/failure-recorder.ts";
import { Pilots } from "../explore/pilots.ts";
import type { Profile } from "../explore/profile.ts";
import { playInProcesses } from "../explore/worker-pool.ts";
import { UnjudgedClaims } from "../explore/unjudged-claims.ts";
import { unseenClaims } from "../explore/unseen-claims.ts";
import { WrittenFaults } from "../explore/written-faults.ts";
import { exploreExitCode, type ExploreReport } from "../report/explore-report.ts";
import { jsonText } from "../report/json-reporter.ts";
import { grouped } from "../report/progress-line.ts";
import type { Progress, Reporter } from "../report/reporter.ts";
import { folderToWrite } from "./folder-to-write.ts";
import { campaignCorpus } from "./campaign-corpus.ts";
import { onInterrupt } from "./interruption.ts";
import { isPlanted, withMutant } from "./planted-mutant.ts";
import { packageVersion } from "./package-version.ts";
import { chooseReporters } from "./reporters.ts";
import { openSession, shown, targetsOf, type Session } from "./session.ts";

/** `millrace explore`: gathers targets, plays regressions and cases, reports; the exit code. */
export async function exploreCampaign(names: readonly string[], flags: ExploreFlags): Promise<number> {
  if (flags.mutant !== undefined && !isPlanted(flags.mutant)) return withMutant(flags.mutant);
  const session = await openSession();
  const targets = await targetsOf(session, names);
  const settings = settingsOf(flags, session);
  folderToWrite("--out", settings.out);
  const corpus = await campaignCorpus(session, targets, {
    lastFailedIn: flags.lastFailed === true ? settings.out : undefined,
    withRegressions: flags.strategy !== "storm",
  });
  const reporter = chooseReporters(flags, settings.out);
  const interruption = onInterrupt();
  reporter.begin?.({
    seed: settings.seed,
    scenarios: targets.map(({ scenario }) => scenario.name),
    jobs: settings.jobs,
    mutant: flags.mutant ?? null,
    limit: limitOf(settings),
  });
  reporter.progress?.({ ...progressMax(settings), runs: 0, failures: 0, elapsedMs: 0 });
  const report = await play(targets, corpus, names, settings, flags, session, reporter, interruption.signal);
  interruption.end();
  // Before anybody tells it: a reporter may find its own file refused.
  writeFileSync(join(settings.out, "explore.json"), jsonText(report));
  reporter.end(report);
  return exploreExitCode(report);
}

/** What its flags say. */
export interface ExploreFlags {
  readonly runs?: number;
  readonly time?: number;
  readonly seed?: string;
  readonly jobs?: number;
  /** What is played: regressions before storms, or one of the two. */
  readonly strategy: "portfolio" | "storm" | "corpus";
  readonly profile?: Profile;
  readonly shard?: { readonly index: number; readonly of: number };
  /** No case takes a tenth of its default; an endless loop in a job's function takes for ever. */
  readonly standstill: number;
  readonly bail?: boolean;
  readonly lastFailed?: boolean;
  readonly checkDeterminism?: boolean;
  readonly isolate?: boolean;
  readonly mutant?: string;
  readonly reporter?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly allowExhausted?: boolean;
  readonly failOnVacuous?: boolean;
}

interface Settings {
  readonly seed: string;
  readonly runs: number;
  readonly timeMs: number | undefined;
  readonly jobs: number;
  readonly out: string;
  readonly line: Omit<CaseLineOptions, "regressions">;
}

function settingsOf(flags: ExploreFlags, session: Session): Settings {
  const seed = flags.seed ?? randomBytes(5).toString("hex");
  const bounded = flags.runs !== undefined || flags.time !== undefined;
  const runs =
    flags.strategy === "corpus" ? 0 : (flags.runs ?? (flags.time === undefined ? 1000 : Number.MAX_SAFE_INTEGER));
  return {
    seed,
    runs,
    timeMs: flags.time ?? (bounded ? undefined : 60_000),
    jobs: flags.jobs ?? availableParallelism(),
    out: flags.out === undefined ? session.project.config.out : resolve(flags.out),
    line: {
      seed,
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
      checkEvery: flags.checkDeterminism === true ? 1 : CHECK_EVERY,
      freshEvery: flags.isolate === true ? 1 : FRESH_EVERY,
    },
  };
}

async function play(
  targets: readonly RecordedTarget[],
  corpus: readonly CorpusCase[],
  names: readonly string[],
  settings: Settings,
  flags: ExploreFlags,
  session: Session,
  reporter: Reporter,
  interruption: AbortSignal,
): Promise<ExploreReport> {
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  const lineOptions: CaseLineOptions = {
    ...settings.line,
    regressions: corpus.map(({ failure }) => ({ scenario: failure.scenario.name, case: failure.case })),
  };
  const pilots = new Pilots();
  const line = new CaseLine(targets, lineOptions, pilots);
  const targetOf = (index: number) => {
    const { name } = line.target(index).scenario;
    return targets.find(({ scenario }) => scenario.name === name)!;
  };
  const recorder = new FailureRecorder({
    root: session.project.root,
    out: settings.out,
    seed: settings.seed,
    version: packageVersion(),
    ...(flags.mutant === undefined ? {} : { mutant: flags.mutant }),
    budget: () => {
      const endMs = performance.now() + SHRINK_MS_MAX;
      return {
        runsMax: SHRINK_RUNS_MAX,
        timeIsUp: () => performance.now() > endMs,
        interrupted: () => interruption.aborted,
      };
    },
  });
  // What took a worker along must not be made here: making it plays a pilot.
  const caseOf = async ({ index, lost, played }: IndexedRun) =>
    lost === true ? (played ?? calmCase(targetOf(index).scenario)) : line.caseOf(index);
  const results: CorpusResult[] = [];
  const written = new WrittenFaults();
  const unjudged = new UnjudgedClaims();
  let runs = 0;
  const played = runsOf(line, pilots, { targets: names, line: lineOptions }, settings, flags, interruption);
  const outcome = await campaign(setAside(played, corpus, results), {
    bail: flags.bail === true,
    scenarioOf: index => targetOf(index).scenario.name,
    async record(failed) {
      const found = await recorder.record(failed, await caseOf(failed), targetOf(failed.index));
      reporter.failure?.(found);
      return found;
    },
    stop: (): (CampaignEnding & ("time" | "interrupted")) | undefined => {
      if (interruption.aborted) return "interrupted";
      return settings.timeMs !== undefined && elapsedMs() > settings.timeMs ? "time" : undefined;
    },
    onRun: ({ index, run }, failures) => {
      const { scenario } = targetOf(index);
      written.add(scenario, run);
      unjudged.add(scenario.name, run);
      runs++;
      reporter.progress?.({
        ...progressMax(settings),
        runs,
        failures,
        elapsedMs: elapsedMs(),
      });
    },
  });
  for (const found of outcome.failures) recorder.addHits(found);
  const wallMs = Math.max(1, Math.round(elapsedMs()));
  return {
    command: "explore",
    version: packageVersion(),
    seed: settings.seed,
    scenarios: targets.map(({ scenario }) => scenario.name),
    jobs: settings.jobs,
    mutant: flags.mutant ?? null,
    ended: outcome.ended,
    ...outcome.summary,
    wallMs,
    runsPerSecond: (outcome.summary.runs * 1000) / wallMs,
    eventsPerSecond: (outcome.summary.events * 1000) / wallMs,
    unseen: unseenClaims(
      targets.map(({ scenario }) => scenario),
      outcome.summary,
    ),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    corpus: {
      played: results.length,
      failed: results.filter(result => !holds(result)).length,
      results: results.map(result => ({ ...result, file: shown(result.file) })),
    },
    failures: outcome.failures,
    neverFired: written.neverFired,
    notJudged: unjudged.list,
    tolerated: { exhausted: flags.allowExhausted === true, vacuous: flags.failOnVacuous !== true },
  };
}

/** The corpus is played by whoever plays the cases: one that blocks the thread takes a worker along, and not the campaign. */
function runsOf(
  line: CaseLine,
  pilots: Pilots,
  setup: WorkerSetup,
  settings: Settings,
  flags: ExploreFlags,
  abort: AbortSignal,
): AsyncIterable<IndexedRun> {
  const regressions = setup.line.regressions?.length ?? 0;
  const indices = indicesOf(settings.runs, flags.shard, regressions);
  // One process of its own even for one job: a case that never gives the thread back must not take this one.
  const jobs = Math.min(settings.jobs, settings.runs + regressions);
  if (jobs === 0) return playInline(indices, index => line.play(index));
  const script = fileURLToPath(new URL("./campaign-worker.js", import.meta.url));
  return playInProcesses(indices, {
    jobs,
    script,
    setup,
    standstillMs: flags.standstill,
    onPilot: ({ name, pilot }) => pilots.learn(name, pilot),
    abort,
  });
}

/** Gives the campaign its own cases, and keeps what the regressions before them came to. */
async function* setAside(
  runs: AsyncIterable<IndexedRun>,
  corpus: readonly CorpusCase[],
  results: CorpusResult[],
): AsyncGenerator<IndexedRun> {
  for await (const played of runs) {
    if (played.index < 0) results.push(corpusResult(corpus.at(played.index)!, played.run));
    else yield played;
  }
}

/** What a worker process needs to play the same line of cases. */
export interface WorkerSetup {
  readonly targets: readonly string[];
  readonly line: CaseLineOptions;
}

function progressMax({ runs, timeMs }: Settings): Pick<Progress, "runsMax" | "timeMsMax"> {
  return { runsMax: runs === Number.MAX_SAFE_INTEGER ? undefined : runs, timeMsMax: timeMs };
}

function limitOf({ runs, timeMs }: Settings): string {
  const cases = runs === Number.MAX_SAFE_INTEGER ? [] : [`${grouped(runs)} ${runs === 1 ? "case" : "cases"}`];
  const time = timeMs === undefined ? [] : [`${timeMs / 1000} s`];
  return [...cases, ...time].join(" or ");
}

/** One case in this many is played twice. */
const CHECK_EVERY = 20;
/** One case in this many is played again with freshly imported modules, which costs about ten times as much. */
const FRESH_EVERY = 25;
const SHRINK_RUNS_MAX = 400;
const SHRINK_MS_MAX = 30_000;
