import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { preparedWork, readHistory, workStates } from "../evidence/visible-output.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-6: The last epoch is committed before FINISHED.
 *
 * Reads: at the moment in which the job's record says `finished`, the newest checkpoint, the broker's durable log
 * and the storage nodes.
 *
 * Left out — sinks of an author's own: nobody here can read what they have made visible. The author's claims judge it.
 */
export const lastEpochBeforeFinished: Oracle = {
  id: "SK-6",
  sentence: "The last epoch is committed before FINISHED.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new LastEpoch(setting),
};

class LastEpoch implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    const finished =
      this.#record.see(observation).some(step => step.kind === "job") && this.#record.jobState === "finished";
    return finished ? this.#judge() : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #judge(): Violation | undefined {
    const metadata = this.#record.completed.at(-1)?.metadata;
    if (metadata === undefined) return undefined;
    const work = workStates(readHistory(this.#setting), this.#setting);
    for (const { sink, name } of preparedWork(metadata, this.#setting)) {
      this.checked++;
      if (work.get(name) === "committed") continue;
      return {
        claim: "SK-6",
        where: sink,
        message: `the job is finished, and ${name} of its last checkpoint is not committed`,
      };
    }
    return undefined;
  }
}
