import type { CaseRun } from "./case-run.ts";

/**
 * What the claims could not judge, and why: a job whose output no reference can foretell, a search that ran out of steps.
 * It owns that count alone. A campaign is green without them, and whoever reads it must know of what it speaks.
 */
export class UnjudgedClaims {
  readonly #scenarios = new Map<string, { cases: number; readonly silences: Map<string, Silence> }>();

  add(scenario: string, run: CaseRun): void {
    // Of a case that nobody has brought to an end nothing is known.
    if (Object.keys(run.claims).length === 0) return;
    let known = this.#scenarios.get(scenario);
    if (known === undefined)
      this.#scenarios.set(scenario, (known = { cases: 0, silences: new Map<string, Silence>() }));
    known.cases++;
    for (const [claim, { notJudged }] of Object.entries(run.claims)) {
      if (notJudged === undefined) continue;
      const silence = known.silences.get(`${claim} ${notJudged}`);
      if (silence === undefined) known.silences.set(`${claim} ${notJudged}`, { claim, reason: notJudged, cases: 1 });
      else silence.cases++;
    }
  }

  /** Scenario by scenario in the order in which they were played first. */
  get list(): readonly UnjudgedClaim[] {
    return [...this.#scenarios].flatMap(([scenario, { cases, silences }]) =>
      [...silences.values()].map(silence => ({ scenario, ...silence, of: cases })),
    );
  }
}

export interface UnjudgedClaim {
  readonly scenario: string;
  readonly claim: string;
  /** One sentence without its stop. */
  readonly reason: string;
  /** Cases of the scenario in which it was so, of those that were played. */
  readonly cases: number;
  readonly of: number;
}

/** In one line, for whoever is told: `SK-1 of shop: total uses timers (in all of 20 cases)`. */
export function sayUnjudged({ scenario, claim, reason, cases, of }: UnjudgedClaim): string {
  const share = cases === of ? "all" : cases.toLocaleString("en-US");
  return `${claim} of ${scenario}: ${reason} (in ${share} of ${of.toLocaleString("en-US")} ${of === 1 ? "case" : "cases"})`;
}

interface Silence {
  readonly claim: string;
  readonly reason: string;
  cases: number;
}
