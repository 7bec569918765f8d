import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { isThrough, type FinalState, type Oracle, type OracleFold, type Setting, type Violation } from "../oracle.ts";

/**
 * FO-4: Restart strategies are never early, and late by at most the process's own delay; limits are exact.
 *
 * Reads: the count of attempts in the coordination service's log, by the leader that took each.
 *
 * Left out — how often a job must begin where not all of the scenario's plan is played, as while a failure is shrunk. When
 * a restart comes: the moment of a failure is its leader's own. That a job does not fail below its limit: FO-5.
 */
export const limitsAreExact: Oracle = {
  id: "FO-4",
  sentence: "In one leader's term a job is restarted no more often than its strategy allows.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Attempts(setting, { most: (setting.knobs["restartsMax"] ?? Infinity) + 1, perTerm: true }),
};

/**
 * For a scenario whose plan says how often the job must begin: `attempts({ most: 1 })` where nothing that goes wrong is a
 * reason to restart, `attempts({ least: 2 })` where something is.
 */
export function attempts({ least = 1, most = Infinity }: { readonly least?: number; readonly most?: number }): Oracle {
  const words = most === Infinity ? `at least ${least}` : least === 1 ? `at most ${most}` : `${least} to ${most}`;
  return {
    id: "FO-4",
    sentence: `What goes wrong here makes for ${words} attempts of the job, no more and no fewer.`,
    expectation: "always",
    wants: { disks: ["coord"] },
    begin: setting => new Attempts(setting, { least, most, perTerm: false }),
  };
}

class Attempts implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #bounds: { readonly least?: number; readonly most: number; readonly perTerm: boolean };
  readonly #planIsReduced: boolean;
  readonly #byLeader = new Map<number, number>();
  #attempts = 0;

  constructor(setting: Setting, bounds: { readonly least?: number; readonly most: number; readonly perTerm: boolean }) {
    this.#record = CheckpointRecord.of(setting);
    this.#bounds = bounds;
    this.#planIsReduced = setting.planIsReduced === true;
  }

  on(observation: Observation): Violation | undefined {
    for (const step of this.#record.see(observation)) {
      if (step.kind !== "counters" || step.attempts <= this.#attempts) continue;
      this.#attempts = step.attempts;
      this.checked++;
      const { most, perTerm } = this.#bounds;
      const term = perTerm ? (step.writer ?? 0) : 0;
      const taken = (this.#byLeader.get(term) ?? 0) + 1;
      this.#byLeader.set(term, taken);
      if (taken > most)
        return broken(`the job was begun ${taken} times${perTerm ? " in one leader's term" : ""}`, `at most ${most}`);
    }
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const { least = 0 } = this.#bounds;
    if (!isThrough(final) || this.#attempts >= least || this.#planIsReduced) return [];
    return [broken(`the job was begun ${this.#attempts} times`, `at least ${least}`)];
  }
}

function broken(message: string, expected: string): Violation {
  return { claim: "FO-4", where: "job", message, expected };
}
