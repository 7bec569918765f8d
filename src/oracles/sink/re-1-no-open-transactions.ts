import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { preparedIn } from "../evidence/epochs.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * RE-1: Credits, buffers, slots, leases and open transactions return to zero at the end.
 *
 * Reads: the broker's durable log: transactions that are prepared and undecided when the job has finished.
 *
 * Left out — credits, buffers and slots: they live in the memory of workers, which no device sees. Transactions that are
 * merely open: the broker's own time-out ends them. What was prepared later than the work of the last checkpoint: a worker
 * that stood still may wake behind the job's last sweep and prepare once more, and nobody is left to abort it.
 */
export const noOpenTransactions: Oracle = {
  id: "RE-1",
  sentence: "No prepared transaction is left when the job has finished.",
  expectation: "eventually",
  wants: { disks: ["coord"] },
  begin: setting => new Leftovers(setting),
};

class Leftovers implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): undefined {
    this.#record.see(observation);
  }

  end(final: FinalState): readonly Violation[] {
    if (final.job !== "finished") return [];
    this.checked++;
    const { history, work } = FinalOutput.of(this.#setting, final);
    const prepared = history.transactions.filter(({ kind }) => kind === "prepared");
    const last = this.#lastHeld();
    const swept = prepared.find(({ transactionalId }) => last.has(transactionalId))?.position ?? 0;
    const left = prepared.filter(
      ({ transactionalId, position }) => position < swept && work.get(transactionalId) === "prepared",
    );
    const [first] = left;
    if (first === undefined) return [];
    const message = `${left.length} prepared transactions are left of a finished job, such as ${first.transactionalId}`;
    return [{ claim: "RE-1", where: "broker", message }];
  }

  /** The work of the last checkpoint that held any. Lingering transactions are swept before it is prepared. */
  #lastHeld(): ReadonlySet<string> {
    const held = this.#record.completed.map(({ metadata }) => (metadata === undefined ? [] : preparedIn(metadata)));
    return new Set((held.findLast(items => items.length > 0) ?? []).map(({ name }) => name));
  }
}
