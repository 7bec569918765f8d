import type { ChalkInstance } from "chalk";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import { sayEnding } from "../explore/shrink-ending.ts";
import { sayFault } from "../explore/story.ts";
import { sayUnjudged } from "../explore/unjudged-claims.ts";
import { sayNeverFired } from "../explore/written-faults.ts";
import { notTolerated, type ExploreReport } from "./explore-report.ts";
import { grouped, ProgressLine } from "./progress-line.ts";
import type { CampaignBegin, Progress, Reporter, TextOut } from "./reporter.ts";

/** For a person at a terminal: a progress line, each failure when it is found, a summary at the end. */
export class DefaultReporter implements Reporter {
  readonly #out: TextOut;
  readonly #ink: ChalkInstance;
  readonly #line: ProgressLine;

  constructor(out: TextOut, ink: ChalkInstance) {
    this.#out = out;
    this.#ink = ink;
    this.#line = new ProgressLine(out);
  }

  begin({ seed, scenarios, jobs, mutant, limit }: CampaignBegin): void {
    const ink = this.#ink;
    const shown = scenarios.slice(0, 4).join(", ") + (scenarios.length > 4 ? ` and ${scenarios.length - 4} more` : "");
    this.#say(
      `${ink.bold("millrace explore")}  seed ${ink.cyan(seed)} · ${limit} · ${jobs} ${jobs === 1 ? "job" : "jobs"}`,
    );
    this.#say(ink.dim(`${scenarios.length === 1 ? "scenario" : "scenarios"}: ${shown}`));
    if (mutant !== null) this.#say(ink.yellow(`with the planted bug ${mutant}`));
  }

  progress(progress: Progress): void {
    this.#line.show(progress);
  }

  failure(failure: FoundFailure): void {
    const ink = this.#ink;
    this.#line.clear();
    this.#say("");
    this.#say(`${ink.red.bold("✗")} ${ink.bold(failure.signature)} in ${failure.scenario}, case ${failure.case}`);
    for (const line of failure.message.split("\n").slice(0, 6)) this.#say(`  ${line}`);
    const of = failure.originalPlanLength === failure.planLength ? "" : `of ${failure.originalPlanLength}, `;
    const from = ` (${of}in ${count(failure.shrinkRuns, "run")}, ${sayEnding(failure.shrinkEnding)})`;
    this.#say(`  ${failure.planLength === 0 ? "no fault is needed" : `${count(failure.planLength, "fault")}`}${from}`);
    for (const fault of failure.plan.slice(0, 6)) this.#say(`    ${sayFault(fault)}`);
    this.#say(`  ${ink.dim("again:")} ${ink.cyan(failure.replay)}`);
  }

  end(report: ExploreReport): void {
    this.#line.clear();
    this.#say("");
    this.#say(this.#verdicts(report));
    this.#say(this.#speed(report));
    const { fromCheckpoint, withState, withPendingCommit, fromScratch } = report.recoveries;
    this.#say(
      `recoveries   ${count(fromCheckpoint, "case")} from a checkpoint, ${grouped(withState)} with state in mid-input, ` +
        `${grouped(withPendingCommit)} with a pending commit, ${grouped(fromScratch)} from scratch`,
    );
    this.#faults(report);
    this.#neverFired(report);
    this.#claims(report);
    this.#notJudged(report);
    if (report.unseen.length > 0)
      this.#say(
        this.#ink.red(`unseen       ${report.unseen.join(", ")}: demanded at least once, and no case has seen it`),
      );
    for (const { kind, text } of notTolerated(report)) this.#say(this.#ink.red(`${kind.padEnd(12)} ${text}`));
    const { checked, mismatches } = report.determinism;
    this.#say(
      `determinism  ${count(checked, "case")} played twice, ${mismatches === 0 ? "all alike" : this.#ink.red(`${mismatches} differ`)}`,
    );
    if (report.corpus.played > 0) {
      const { played, failed } = report.corpus;
      this.#say(`regressions  ${played} played, ${failed === 0 ? "all hold" : this.#ink.red(`${failed} fail again`)}`);
      for (const { file, outcome } of report.corpus.results.filter(one => one.outcome !== "passes"))
        this.#say(`  ${outcome}: ${file}`);
    }
    this.#ending(report);
  }

  #verdicts(report: ExploreReport): string {
    const ink = this.#ink;
    const paint = {
      passed: ink.green,
      violated: ink.red,
      stuck: ink.red,
      broken: ink.magenta,
      vacuous: ink.yellow,
      exhausted: ink.yellow,
    } as const;
    const kinds = ["passed", "violated", "stuck", "broken", "vacuous", "exhausted"] as const;
    const words = kinds
      .filter(kind => report[kind] > 0 || kind === "passed")
      .map(kind => paint[kind](`${grouped(report[kind])} ${kind}`));
    return `${ink.bold(`${count(report.runs, "case")}`)}   ${words.join(", ")}`;
  }

  #speed(report: ExploreReport): string {
    const hours = report.simulatedMs / 3_600_000;
    const simulated = hours >= 1 ? `${hours.toFixed(1)} h` : `${Math.round(report.simulatedMs / 1000)} s`;
    return (
      `speed        ${report.runsPerSecond.toFixed(1)} cases/s, ${grouped(Math.round(report.eventsPerSecond))} events/s, ` +
      `${simulated} simulated in ${(report.wallMs / 1000).toFixed(1)} s; ${grouped(report.distinct)} distinct histories`
    );
  }

  #faults(report: ExploreReport): void {
    const rows = Object.entries(report.faults);
    if (rows.length === 0) return;
    const width = Math.max(20, ...rows.map(([kind]) => kind.length));
    this.#say(`${"faults".padEnd(width + 1)}injected  effective`);
    for (const [kind, { injected, effective }] of rows) {
      this.#say(`  ${kind.padEnd(width)}${grouped(injected).padStart(7)}${grouped(effective).padStart(11)}`);
    }
  }

  #neverFired(report: ExploreReport): void {
    for (const one of report.neverFired) this.#say(this.#ink.yellow(`never fired  ${sayNeverFired(one)}`));
  }

  #claims(report: ExploreReport): void {
    const ids = Object.entries(report.claims);
    const idle = ids.filter(([, claim]) => claim.checked === 0).map(([id]) => id);
    const checks = ids.reduce((sum, [, claim]) => sum + claim.checked, 0);
    if (ids.length === 0) return;
    this.#say(
      `claims       ${ids.length} judged, ${grouped(checks)} checks${idle.length === 0 ? "" : this.#ink.yellow(`; never put to the test: ${idle.join(", ")}`)}`,
    );
  }

  #notJudged({ notJudged }: ExploreReport): void {
    for (const one of notJudged.slice(0, UNJUDGED_MAX)) this.#say(this.#ink.yellow(`not judged   ${sayUnjudged(one)}`));
    const more = notJudged.length - UNJUDGED_MAX;
    if (more > 0) this.#say(this.#ink.yellow(`not judged   ${more} more; --json has them all`));
  }

  #ending(report: ExploreReport): void {
    const ink = this.#ink;
    if (report.ended === "interrupted") this.#say(ink.yellow("interrupted: this is what there was until then"));
    if (report.failures.length > 0) {
      this.#say("");
      this.#say(ink.red.bold(`${count(report.failures.length, "failure")} found`));
      for (const { file, hits } of report.failures)
        this.#say(`  ${file}  (hit ${hits === 1 ? "once" : `${hits} times`})`);
    } else if (report.passed > 0 && report.ended !== "interrupted") {
      this.#say(ink.dim(missedBound(report.passed)));
    }
    this.#say(ink.dim(`seed ${report.seed} · digest ${report.digest}`));
  }

  #say(line: string): void {
    this.#out.write(`${line}\n`);
  }
}

/** What N passing cases do not exclude: (1−p)^N is 5 % at p = 1 − 0.05^(1/N). */
export function missedBound(passed: number): string {
  const share = 1 - 0.05 ** (1 / passed);
  return `a defect that shows in ${(share * 100).toPrecision(2)} % of cases would have been missed with a chance of 5 %`;
}

const UNJUDGED_MAX = 5;

function count(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
}
