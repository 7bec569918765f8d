import type { Case } from "../world/case.ts";
import { caseAt } from "./case-generator.ts";
import type { CasePlayer, CaseRun } from "./case-run.ts";
import { firstDifference } from "./first-difference.ts";
import { Pilots } from "./pilots.ts";
import type { Profile } from "./profile.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Case 0, 1, 2, … of a campaign, played and checked, and before them its regressions: …, -2, -1. It owns what one index
 * means: which scenario, which case, whether it is played again to see that it is deterministic. The same in one process
 * and in many.
 */
export class CaseLine {
  readonly #targets: readonly LineTarget[];
  readonly #schedule: readonly LineTarget[];
  readonly #roundLength: number;
  readonly #options: CaseLineOptions;
  readonly #pilots: Pilots;

  constructor(targets: readonly LineTarget[], options: CaseLineOptions, pilots = new Pilots()) {
    const { schedule, roundLength } = scheduleOf(targets);
    this.#targets = targets;
    this.#schedule = schedule;
    this.#roundLength = roundLength;
    this.#options = options;
    this.#pilots = pilots;
  }

  target(index: number): LineTarget {
    const regression = this.#regressionAt(index);
    if (regression === undefined) return this.#schedule[index % this.#schedule.length]!;
    return this.#targets.find(({ scenario }) => scenario.name === regression.scenario)!;
  }

  async caseOf(index: number): Promise<Case> {
    const regression = this.#regressionAt(index);
    if (regression !== undefined) return regression.case;
    const target = this.target(index);
    return this.#caseAt(index, target);
  }

  async play(index: number): Promise<IndexedRun> {
    const target = this.target(index);
    const played = await this.caseOf(index);
    const run = await target.player.play(played);
    // It is compared with what its file says of it, and counted apart.
    if (index < 0) return { index, run };
    const { checkEvery, freshEvery } = this.#options;
    // By rounds over the scenarios, so that each has its share; the first round tells at once of a job that remembers.
    const round = Math.floor(index / this.#roundLength);
    if (falls(round, freshEvery, 0) && run.verdict.kind !== "broken") {
      const verdict = await moduleStateVerdict(target, played, run);
      if (verdict !== undefined) return { index, run: { ...run, verdict }, agreed: false };
    }
    if (!falls(round, checkEvery, Math.floor(checkEvery / 2))) return { index, run };
    // Another case in between: whatever a run leaves behind in this process must not reach the next one.
    await target.player.play(await this.#caseAt(index + 1, target));
    const again = await target.player.play(played);
    if (again.digest === run.digest) return { index, run, agreed: true };
    const reason = await firstDifference(target.player, played);
    return { index, run: { ...run, verdict: { kind: "broken", reason } }, agreed: false };
  }

  #regressionAt(index: number): Regression | undefined {
    return index < 0 ? this.#options.regressions?.at(index) : undefined;
  }

  async #caseAt(index: number, target: LineTarget): Promise<Case> {
    const { seed, profile } = this.#options;
    return caseAt(target.scenario, await this.#pilots.of(target, this.#targets), seed, index, profile);
  }
}

/**
 * Storms find what nobody thought of, and each case of one is new; a fixed plan says most of what it can in a few cases.
 * So each round has every storm, and of the fixed plans as many as a quarter of that, in turn.
 */
function scheduleOf(targets: readonly LineTarget[]): {
  readonly schedule: readonly LineTarget[];
  readonly roundLength: number;
} {
  const storms = targets.filter(({ scenario }) => scenario.storm !== false);
  const fixed = targets.filter(({ scenario }) => scenario.storm === false);
  if (storms.length === 0 || fixed.length === 0) return { schedule: targets, roundLength: targets.length };
  const fixedPerRound = Math.min(fixed.length, Math.ceil(storms.length / 4));
  const schedule: LineTarget[] = [];
  for (let next = 0; next < fixed.length; next += fixedPerRound)
    schedule.push(...storms, ...Array.from({ length: fixedPerRound }, (_, i) => fixed[(next + i) % fixed.length]!));
  return { schedule, roundLength: storms.length + fixedPerRound };
}

export interface LineTarget {
  readonly scenario: Scenario;
  readonly player: CasePlayer;
  /** The job's file, relative to the working directory: named when its module state survives a crash. */
  readonly jobFile: string;
}

export interface CaseLineOptions {
  readonly seed: string;
  readonly profile?: Profile;
  /** One case in so many of each scenario is played twice; 0: none. */
  readonly checkEvery: number;
  /** One case in so many of each scenario is played again with the job's modules imported anew for each life; 0: none. */
  readonly freshEvery: number;
  /** Cases of scenarios of this line; the last one has the index -1. */
  readonly regressions?: readonly Regression[];
}

/** A past failure that must stay fixed. */
export interface Regression {
  readonly scenario: string;
  readonly case: Case;
}

export interface IndexedRun {
  readonly index: number;
  readonly run: CaseRun;
  /** Set when the case was played again: whether both runs had the same digest. */
  readonly agreed?: boolean;
  /** The process that played it did not survive it: it must not be played again in a process that matters. */
  readonly lost?: true;
  /** The case of a lost run, as far as it is known. */
  readonly played?: Case;
}

/** Whether this round is one of every so many, from the `first` on. */
function falls(round: number, every: number, first: number): boolean {
  return every > 0 && round % every === first % every;
}

async function moduleStateVerdict(
  target: LineTarget,
  played: Case,
  run: CaseRun,
): Promise<CaseRun["verdict"] | undefined> {
  const fresh = await target.player.play(played, { freshJobModules: true });
  if (fresh.digest === run.digest) return undefined;
  return {
    kind: "broken",
    reason: `module state survived a crash: ${target.jobFile}. A job's factory must keep nothing in its module: move the variable into the factory, or into state.`,
  };
}
