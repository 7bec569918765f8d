import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-3: Recovery data is deleted only in a globally terminal state.
 *
 * Reads: applied writes of the pointer and of the job's record, in the order of the coordination service's log.
 *
 * Left out — files: as long as the pointer names them they are CC-8's.
 */
export const recoveryDataKept: Oracle = {
  id: "FO-3",
  sentence: "Recovery data is deleted only in a globally terminal state.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Keeping(setting),
};

class Keeping implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    let violation: Violation | undefined;
    for (const step of this.#record.see(observation)) {
      if (step.kind !== "pointer" || step.now.length > 0) continue;
      this.checked++;
      const { jobState } = step;
      if (jobState === "finished" || jobState === "failed") continue;
      const message = `the pointer was removed while the job was ${jobState ?? "unknown"}`;
      violation ??= { claim: "FO-3", where: "coordinator", message };
    }
    return violation;
  }

  end(): readonly Violation[] {
    return [];
  }
}
