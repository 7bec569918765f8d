import { decode } from "../../rpc/codec.ts";
import { readHistory } from "../evidence/visible-output.ts";
import { isThrough, type FinalState, type Oracle, type OracleFold, type Setting, type Violation } from "../oracle.ts";

/**
 * SK-1 of a job that the reference cannot fold, such as one with timers, in the words of its author: `holds` is shown what
 * a finished job has committed to a topic, and the input, and says what is wrong.
 *
 * Reads: what a read-committed reader would see at the end of the run.
 *
 * Left out — jobs that did not finish: what they had not come to is not owed. Runs whose plan takes input or output away.
 */
export function committedOutput({ topic, sentence, holds }: CommittedOutputSpec): Oracle {
  return {
    id: "SK-1",
    sentence,
    expectation: "eventually",
    wants: {},
    begin: setting => new OwnJudgement(setting, topic, holds),
  };
}

export interface CommittedOutputSpec {
  /** That a log sink writes, with the codec it has where none is named. */
  readonly topic: string;
  readonly sentence: string;
  /** What is wrong with these values, in the order of each partition, or undefined. `input`: records by topic, its partitions joined. */
  readonly holds: (
    committed: readonly unknown[],
    input: Readonly<Record<string, readonly unknown[]>>,
  ) => string | undefined;
}

class OwnJudgement implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #topic: string;
  readonly #holds: CommittedOutputSpec["holds"];

  constructor(setting: Setting, topic: string, holds: CommittedOutputSpec["holds"]) {
    this.#setting = setting;
    this.#topic = topic;
    this.#holds = holds;
  }

  on(): undefined {
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const { lossIsPlanned, outputMayBeLost, input } = this.#setting;
    if (!isThrough(final) || lossIsPlanned === true || outputMayBeLost === true) return [];
    this.checked++;
    const partitions = readHistory(this.#setting).topics.get(this.#topic) ?? [];
    const committed = partitions.flatMap(records => records.map(({ value }) => decode(value)));
    const joined = Object.fromEntries(Object.entries(input).map(([topic, records]) => [topic, records.flat()]));
    const wrong = this.#holds(committed, joined);
    return wrong === undefined ? [] : [{ claim: "SK-1", where: this.#topic, message: wrong }];
  }
}
