import { readBrokerLog } from "../../services/log-broker/broker-log.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { transactionsIn } from "../evidence/epochs.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-6: The last epoch is committed before FINISHED.
 *
 * Reads: at the moment in which the job's record says `finished`, the newest checkpoint and the broker's durable log.
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
    const { broker } = this.#setting.roles;
    const { transactions } = readBrokerLog(this.#setting.durable(broker), this.#setting.folder(broker));
    const committed = new Set(
      transactions.filter(({ kind }) => kind === "committed").map(({ transactionalId }) => transactionalId),
    );
    for (const { sink, transactionalId } of transactionsIn(metadata)) {
      this.checked++;
      if (committed.has(transactionalId)) continue;
      return {
        claim: "SK-6",
        where: sink,
        message: `the job is finished, and transaction ${transactionalId} of its last checkpoint is not committed`,
      };
    }
    return undefined;
  }
}
