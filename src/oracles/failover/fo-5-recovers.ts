import type { Observation } from "../../sim/observation.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-5: Liveness: after the calm, RUNNING and ≥ 1 completed checkpoint, or FINISHED, or FAILED where the strategy's own
 * limit was reached, within the bound.
 *
 * Reads: what became of the job, and the count of attempts in the coordination service's log.
 *
 * Left out — a job that neither ended nor completed a checkpoint within the bound: whoever plays the world calls it `Stuck`
 * and says who waits for whom. A failure by the time-out for slots is none that is allowed: the calm leaves enough. A
 * failure at once where the plan takes away what nobody can bring back: there it is what is owed. No such failure is
 * allowed to a job whose own code throws on one of its records, before any state: no fault is to blame for it.
 */
export const recovers: Oracle = {
  id: "FO-5",
  sentence: "After the calm the job finishes or completes a checkpoint; it fails only by its own restart limit.",
  expectation: "eventually",
  wants: { disks: ["coord"] },
  begin: setting => new Recovery(setting),
};

class Recovery implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  #attempts = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const step of this.#record.see(observation)) if (step.kind === "counters") this.#attempts = step.attempts;
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    this.checked++;
    const { knobs } = this.#setting;
    if (final.job === "failed") {
      const { poison } = FinalOutput.of(this.#setting, final);
      if (poison !== undefined) return [{ ...broken(`no restart helps: ${poison.message}`), where: poison.operator }];
      const restarts = Math.max(this.#attempts - 1, 0);
      const allowed = knobs["restartsMax"] ?? 0;
      return restarts >= allowed || this.#setting.lossIsPlanned === true
        ? []
        : [broken(`the job failed after ${restarts} of ${allowed} restarts`)];
    }
    return [];
  }
}

function broken(message: string): Violation {
  return { claim: "FO-5", where: "job", message };
}
