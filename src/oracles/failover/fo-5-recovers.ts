import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-5: Liveness: after the calm, RUNNING and ≥ 1 completed checkpoint, or FINISHED, or FAILED where the strategy's own
 * limit was reached, within the bound.
 *
 * Reads: the pointer, the job's record, the count of attempts, at the end of the run. How long the run may take, and the
 * verdict `Stuck` with its blame, belong to whoever plays the world.
 *
 * Left out — a failure by the time-out for slots: the calm leaves slots enough.
 */
export const recovers: Oracle = {
  id: "FO-5",
  sentence: "After the calm the job finishes, or completes a checkpoint, or has failed by its own restart limit.",
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

  end({ job }: FinalState): readonly Violation[] {
    this.checked++;
    const { knobs } = this.#setting;
    if (job === "failed") {
      const restarts = Math.max(this.#attempts - 1, 0);
      const allowed = knobs["restartsMax"] ?? 0;
      return restarts >= allowed ? [] : [broken(`the job failed after ${restarts} of ${allowed} restarts`)];
    }
    const calmUs = (knobs["stormMs"] ?? 0) * 1000;
    const alive = this.#record.completed.some(({ completedAtUs }) => completedAtUs >= calmUs);
    return job === "finished" || alive
      ? []
      : [broken("the job neither finished nor completed a checkpoint after the calm began")];
  }
}

function broken(message: string): Violation {
  return { claim: "FO-5", where: "job", message };
}
