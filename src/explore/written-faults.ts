import type { Fault } from "../world/fault.ts";
import type { CaseRun } from "./case-run.ts";
import type { Scenario } from "./scenario.ts";
import { sayFault } from "./story.ts";

/**
 * What became of the faults that authors wrote into their scenarios. It owns that count alone: one that fires in no case
 * waits for something that never happens, and a scenario that is green for that reason says nothing.
 */
export class WrittenFaults {
  readonly #scenarios = new Map<
    string,
    { readonly plan: readonly Fault[]; readonly fired: Set<number>; cases: number }
  >();

  add({ name, plan }: Pick<Scenario, "name" | "plan">, run: CaseRun): void {
    // Of a case that nobody has brought to an end nothing is known.
    if (plan.length === 0 || run.faults.length === 0) return;
    const known = this.#scenarios.get(name) ?? { plan, fired: new Set<number>(), cases: 0 };
    this.#scenarios.set(name, known);
    known.cases++;
    // A storm's faults stand behind those of the scenario.
    for (const { index, fired } of run.faults) if (fired && index < plan.length) known.fired.add(index);
  }

  /** Those that have fired in no case, scenario by scenario in the order in which they were played first. */
  get neverFired(): readonly NeverFired[] {
    return [...this.#scenarios].flatMap(([scenario, { plan, fired, cases }]) =>
      plan.flatMap((fault, index) => (fired.has(index) ? [] : [{ scenario, index, fault, cases }])),
    );
  }
}

export interface NeverFired {
  readonly scenario: string;
  /** In the scenario's plan. */
  readonly index: number;
  readonly fault: Fault;
  /** How many were played. */
  readonly cases: number;
}

/** In one line, for whoever is told: `shop, plan[1]: proc.kill tm0 at …; nothing matched it in 20 cases`. */
export function sayNeverFired({ scenario, index, fault, cases }: NeverFired): string {
  const played = cases === 1 ? "1 case" : `${cases.toLocaleString("en-US")} cases`;
  return `${scenario}, plan[${index}]: ${sayFault(fault)}; nothing matched it in ${played}`;
}
