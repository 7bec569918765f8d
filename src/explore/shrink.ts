import type { Case } from "../world/case.ts";
import type { Fault } from "../world/fault.ts";
import { anchored } from "./anchor.ts";
import type { CasePlayer, CaseRun } from "./case-run.ts";
import { stepsOfPass, type ShrinkPosition } from "./shrink-order.ts";
import { signatureOf } from "./signature.ts";

/**
 * Makes a failing case as small as it gets. It owns the loop and the budget; the order of candidates is
 * shrink-order.ts. A candidate counts only when it fails with the same signature: a smaller plan that shows another
 * bug is not this failure.
 *
 * Faults that did nothing go first, all at once: removing them leaves everything else as it was (SI-6).
 */
export async function shrinkCase(failing: FailingCase, player: CasePlayer, budget: ShrinkBudget): Promise<Shrunk> {
  const search = new Search(failing, player, budget);
  await search.drop(fault => !fault.effective);
  await search.drop(fault => !fault.fired);
  let changed = await search.pass();
  // An anchored fault falls at another instant: what was needed before may not be any more, and another pass tells.
  if (await search.anchor()) changed = true;
  while (changed) changed = await search.pass();
  return search.result();
}

export interface FailingCase {
  readonly case: Case;
  readonly run: CaseRun;
}

export interface ShrinkBudget {
  readonly runsMax: number;
  /** Real time is the caller's: true ends the search with what it has. */
  readonly timeIsUp?: () => boolean;
  /** So does this: somebody wants the process to end. */
  readonly interrupted?: () => boolean;
}

export interface Shrunk extends FailingCase {
  /** Cases played on the way. */
  readonly runs: number;
  readonly ending: ShrinkEnding;
}

/**
 * `1-minimal`: no single fault, machine or setting can go, no sixteenth of an input at either end, and no record at all of
 * eight or less by value. The others say what stopped or prevented the search.
 */
export type ShrinkEnding = "1-minimal" | "run-budget" | "time-budget" | "interrupted" | "not-shrunk";

class Search {
  #case: Case;
  #run: CaseRun;
  #runs = 0;
  #ending: ShrinkEnding = "1-minimal";
  readonly #signature: string;
  readonly #player: CasePlayer;
  readonly #budget: ShrinkBudget;
  readonly #tried = new Set<string>();

  constructor(failing: FailingCase, player: CasePlayer, budget: ShrinkBudget) {
    const signature = signatureOf(failing.run.verdict);
    if (signature === undefined) throw new RangeError(`a case that ${failing.run.verdict.kind} has nothing to shrink`);
    this.#case = failing.case;
    this.#run = failing.run;
    this.#signature = signature;
    this.#player = player;
    this.#budget = budget;
  }

  result(): Shrunk {
    return { case: this.#case, run: this.#run, runs: this.#runs, ending: this.#ending };
  }

  /** Tries the plan without all faults of which the last run's ledger says so. */
  async drop(useless: (effect: CaseRun["faults"][number]) => boolean): Promise<void> {
    const gone = new Set(this.#run.faults.filter(useless).map(effect => effect.index));
    if (gone.size === 0) return;
    await this.#attempt({ ...this.#case, plan: this.#case.plan.filter((_, index) => !gone.has(index)) });
  }

  /** Once through everything that may be left out; whether something was. */
  async pass(): Promise<boolean> {
    let position: ShrinkPosition | undefined;
    descending: for (;;) {
      for (const step of stepsOfPass(this.#case, position)) {
        const outcome = await this.#attempt(step.case);
        if (outcome === "stopped") return false;
        if (outcome === "fails-alike") {
          position = step.position;
          continue descending;
        }
      }
      return position !== undefined;
    }
  }

  /** Replaces times and steps by the protocol event before them where that keeps the failure; whether it did. */
  async anchor(): Promise<boolean> {
    let anchoredOne = false;
    for (let index = 0; index < this.#case.plan.length; index++) {
      const fault: Fault = this.#case.plan[index]!;
      if ("on" in fault.when || this.#spent()) continue;
      this.#runs++;
      const recorded = await this.#player.play(this.#case, { record: true });
      for (const candidate of anchored(fault, recorded, index)) {
        const plan = this.#case.plan.map((other, place) => (place === index ? candidate : other));
        const outcome = await this.#attempt({ ...this.#case, plan });
        if (outcome === "fails-alike") anchoredOne = true;
        if (outcome !== "other") break;
      }
    }
    return anchoredOne;
  }

  async #attempt(candidate: Case): Promise<"fails-alike" | "other" | "stopped"> {
    const key = JSON.stringify(candidate, plainBigint);
    if (this.#tried.has(key)) return "other";
    if (this.#spent()) return "stopped";
    this.#tried.add(key);
    this.#runs++;
    const run = await this.#player.play(candidate);
    if (signatureOf(run.verdict) !== this.#signature) return "other";
    this.#case = candidate;
    this.#run = run;
    return "fails-alike";
  }

  #spent(): boolean {
    if (this.#runs >= this.#budget.runsMax) this.#ending = "run-budget";
    else if (this.#budget.interrupted?.() === true) this.#ending = "interrupted";
    else if (this.#budget.timeIsUp?.() === true) this.#ending = "time-budget";
    return this.#ending !== "1-minimal";
  }
}

/** JSON has no big integers; a key only has to tell cases apart. */
function plainBigint(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
