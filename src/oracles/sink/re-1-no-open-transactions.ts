import { FinalOutput } from "../evidence/final-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * RE-1: Credits, buffers, slots, leases and open transactions return to zero at the end.
 *
 * Reads: the broker's durable log: transactions that are prepared and undecided when the job has finished.
 *
 * Left out — credits, buffers and slots: they live in the memory of workers, which no device sees. Transactions that are
 * merely open: the broker's own time-out ends them, and a worker that died in the last moment may have left one.
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
    const { work } = FinalOutput.of(this.#setting, final);
    const undecided = [...work].filter(([, state]) => state === "prepared").map(([name]) => name);
    const [first] = undecided;
    if (first === undefined) return [];
    return [
      {
        claim: "RE-1",
        where: "broker",
        message: `${undecided.length} prepared transactions are left of a finished job, such as ${first}`,
      },
    ];
  }
}
