import type { Case } from "../world/case.ts";
import type { Fault } from "../world/fault.ts";
import { anchored } from "./anchor.ts";
import { CalmHistory } from "./calm-history.ts";
import type { CasePlayer, CaseRun, PlayOptions } from "./case-run.ts";
import type { ShrinkEnding } from "./shrink-ending.ts";
import { startOf, stepsOfPass, triesEachRecord, type ShrinkPass } from "./shrink-order.ts";
import { signatureOf } from "./signature.ts";
import { toTagged } from "./tagged-json.ts";

/**
 * Makes a failing case as small as it gets. It owns the loop and the budget; the order of candidates is
 * shrink-order.ts. A candidate counts only when it fails with the same signature: a smaller plan that shows another
 * bug is not this failure. Nor may a smaller world take away the event that a fault waits for: see `#eventsIn`.
 *
 * Faults that did nothing go first, all at once: removing them leaves everything else as it was (SI-6).
 */
export async function shrinkCase(failing: FailingCase, player: CasePlayer, budget: ShrinkBudget): Promise<Shrunk> {
  const search = new Search(failing, player, budget);
  await search.drop(fault => !fault.effective);
  await search.drop(fault => !fault.fired);
  await search.pass("cluster");
  await search.anchor();
  await search.pass("input");
  let changed = true;
  while (changed) changed = await search.pass("singles");
  return search.result();
}

export interface FailingCase {
  readonly case: Case;
  readonly run: CaseRun;
}

export interface ShrinkBudget {
  readonly runsMax: number;
  /** A list of more records than this is not tried record by record at the end; a few dozen, unless somebody has time. */
  readonly listMax?: number;
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

class Search {
  #case: Case;
  #run: CaseRun;
  #runs = 0;
  #stopped: "run-budget" | "time-budget" | "interrupted" | undefined;
  readonly #signature: string;
  readonly #player: CasePlayer;
  readonly #budget: ShrinkBudget;
  readonly #tried = new Set<string>();
  /** The last that was wanted of a case that counts. */
  #calm: KnownCalm | undefined;

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
    const whole = triesEachRecord(this.#case, this.#budget.listMax) ? "1-minimal" : "1-minimal-except-records";
    return { case: this.#case, run: this.#run, runs: this.#runs, ending: this.#stopped ?? whole };
  }

  /** Tries the plan without all faults of which the last run's ledger says so. */
  async drop(useless: (effect: CaseRun["faults"][number]) => boolean): Promise<void> {
    const gone = new Set(this.#run.faults.filter(useless).map(effect => effect.index));
    if (gone.size === 0) return;
    await this.#attempt({ ...this.#case, plan: this.#case.plan.filter((_, index) => !gone.has(index)) });
  }

  /** Once through everything that may be left out; whether something was. */
  async pass(pass: ShrinkPass): Promise<boolean> {
    let position = startOf(pass);
    descending: for (;;) {
      for (const step of stepsOfPass(this.#case, position, this.#budget.listMax)) {
        const outcome = await this.#attempt(step.case);
        if (outcome === "stopped") return false;
        if (outcome === "fails-alike") {
          position = step.position;
          continue descending;
        }
      }
      return position.changed;
    }
  }

  /** Replaces times and steps by the protocol event before them where that keeps the failure. */
  async anchor(): Promise<void> {
    let recorded: CaseRun | undefined;
    for (let index = 0; index < this.#case.plan.length; index++) {
      const fault: Fault = this.#case.plan[index]!;
      if ("on" in fault.when || this.#spent()) continue;
      recorded ??= await this.#play(this.#case, { record: true });
      const calm = this.#case.plan.length === 1 ? undefined : await this.#calmOf(this.#case);
      if (calm === "stopped") return;
      this.#calm = calm ?? this.#calm;
      for (const candidate of anchored(fault, recorded, { index, calm: calm?.history })) {
        const plan = this.#case.plan.map((other, place) => (place === index ? candidate : other));
        const outcome = await this.#attempt({ ...this.#case, plan }, { record: true });
        if (outcome === "fails-alike") recorded = this.#run;
        if (outcome !== "other") break;
      }
    }
  }

  async #attempt(candidate: Case, options: PlayOptions = {}): Promise<"fails-alike" | "other" | "stopped"> {
    const key = keyOf(candidate);
    if (this.#tried.has(key)) return "other";
    if (this.#spent()) return "stopped";
    this.#tried.add(key);
    // That nothing goes wrong at all is one of the candidates, and may be known.
    const run = key === this.#calm?.key ? this.#calm.run : await this.#play(candidate, options);
    if (signatureOf(run.verdict) !== this.#signature) return "other";
    const events = await this.#eventsIn(candidate, run);
    if (events !== "kept") return events === "lost" ? "other" : events;
    this.#case = candidate;
    this.#run = run;
    return "fails-alike";
  }

  /**
   * A fault whose event happens in the calm of the case must have it in the calm of the candidate: else it may wait for what
   * the bug brings about, and the mended code would never meet it. What only a recovery brings is not in the calm of either.
   * Of those that fired, one that was alone had nothing but calm before it.
   */
  async #eventsIn(candidate: Case, run: CaseRun): Promise<"kept" | "lost" | "stopped"> {
    if (keyOf(withoutFaults(candidate)) === keyOf(withoutFaults(this.#case))) return "kept";
    const fired = run.faults.filter(effect => effect.fired).map(({ index }) => candidate.plan[index]!);
    const waiting = fired.filter(({ when }) => "on" in when);
    if (fired.length === 1 || waiting.length === 0) return "kept";
    const next = await this.#calmOf(candidate);
    if (next === "stopped") return "stopped";
    const missed = waiting.filter(({ when }) => !next.history.meets(when));
    if (missed.length > 0) {
      const before = await this.#calmOf(this.#case);
      if (before === "stopped") return "stopped";
      this.#calm = before;
      if (missed.some(({ when }) => before.history.meets(when))) return "lost";
    }
    this.#calm = next;
    return "kept";
  }

  async #calmOf(from: Case): Promise<KnownCalm | "stopped"> {
    const calm = withoutFaults(from);
    const key = keyOf(calm);
    if (this.#calm?.key === key) return this.#calm;
    if (this.#spent()) return "stopped";
    const run = await this.#play(calm, { record: true });
    return { key, run, history: new CalmHistory(run, calm) };
  }

  #play(played: Case, options: PlayOptions): Promise<CaseRun> {
    this.#runs++;
    return this.#player.play(played, options);
  }

  #spent(): boolean {
    if (this.#runs >= this.#budget.runsMax) this.#stopped = "run-budget";
    else if (this.#budget.interrupted?.() === true) this.#stopped = "interrupted";
    else if (this.#budget.timeIsUp?.() === true) this.#stopped = "time-budget";
    return this.#stopped !== undefined;
  }
}

interface KnownCalm {
  /** Of the case without its faults. */
  readonly key: string;
  readonly run: CaseRun;
  readonly history: CalmHistory;
}

function withoutFaults(from: Case): Case {
  return { ...from, plan: [] };
}

function keyOf(played: Case): string {
  return JSON.stringify(toTagged(played));
}
