import { FinalOutput } from "../evidence/final-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * RE-1: Credits, buffers, slots, leases and open transactions return to zero at the end.
 *
 * Reads: the broker's durable log: transactions that are prepared and undecided when the job has finished.
 *
 * Left out — credits, buffers and slots: they live in the memory of workers, which no device sees; RE-2 has what passes
 * between two of them. Transactions that are merely open: the broker's own time-out ends them.
 */
export const noOpenTransactions: Oracle = {
  id: "RE-1",
  sentence: "No prepared transaction is left when the job has finished.",
  expectation: "eventually",
  wants: {},
  begin: setting => new Leftovers(setting),
};

class Leftovers implements OracleFold {
  checked = 0;
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  on(): undefined {
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    if (final.job !== "finished") return [];
    this.checked++;
    const { history, work } = FinalOutput.of(this.#setting, final);
    const prepared = history.transactions.filter(({ kind }) => kind === "prepared");
    const left = prepared.filter(({ transactionalId }) => work.get(transactionalId) === "prepared");
    const [first] = left;
    if (first === undefined) return [];
    const message = `${left.length} prepared transactions are left of a finished job, such as ${first.transactionalId}`;
    return [{ claim: "RE-1", where: "broker", message }];
  }
}
