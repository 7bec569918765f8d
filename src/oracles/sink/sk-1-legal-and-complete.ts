import { FinalOutput } from "../evidence/final-output.ts";
import type { ExplainedStrand } from "../reference/sink-group.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { OutputBeforeLoss } from "../evidence/output-before-loss.ts";
import { isThrough, type FinalState, type Oracle, type OracleFold, type Setting, type Violation } from "../oracle.ts";
import { type CommittedRecord, originName } from "../reference/committed-pool.ts";
import { compareWeakly } from "../reference/weaker-comparison.ts";

/**
 * SK-1: Committed output after drain is legal and complete: records carry provenance (split, offset); the committed order
 * per key is taken as a witness, checked (each input exactly once, each split's order kept), and the reference is folded
 * along it; equality is exact.
 *
 * Reads: the broker's durable log at the end of the run. A job that has not finished, and one without an end that is not
 * through with its input, must have committed a legal beginning.
 *
 * Of a job with a keyed operator behind another one each input is counted, where each record makes one result.
 *
 * What reaches a sink that writes at least once, by a stateless way, must be there once at least.
 *
 * A job may ask for a weaker comparison, with its reason (weaker-comparison.ts); it is made when the job has finished.
 *
 * Left out — where a plan damages more than can be borne: what the disks have lost of it. What was committed is judged as
 * it was. Jobs whose output the reference cannot explain, because they use timers or connectors of their own. What keyed
 * operators give to sinks that write at least once. Strands whose silent inputs could stand in too many places, or whose
 * records look like those of others from the same inputs. The fold says so of each.
 */
export const legalAndComplete: Oracle = {
  id: "SK-1",
  sentence:
    "Committed output is what the reference gives along the order that the output itself witnesses: each input once.",
  expectation: "eventually",
  wants: { disks: ["broker", "coord", "dfs"] },
  begin: setting => new CommittedOutput(setting),
};

class CommittedOutput implements OracleFold {
  checked = 0;
  notJudged: string | undefined;
  readonly #setting: Setting;
  readonly #kept: OutputBeforeLoss | undefined;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
    this.#kept = OutputBeforeLoss.of(setting);
  }

  on(observation: Observation): undefined {
    this.#kept?.see(observation);
    this.#record.see(observation);
  }

  end(final: FinalState): readonly Violation[] {
    const output = FinalOutput.of(this.#setting, final);
    this.notJudged = output.notJudged;
    if (output.counted !== undefined) return this.#judgeCounts(output.counted);
    if (output.notJudged !== undefined) return [];
    const { compare } = this.#setting;
    if (compare !== undefined) return isThrough(final) ? this.#judgeWeakly(compare, output) : [];
    const violations: Violation[] = [];
    for (const explained of output.strands) {
      if (explained.found.kind === "undecided")
        this.notJudged ??= explained.found.because ?? undecided(explained.strand.operator);
      else this.checked++;
      const violation = judgeStrand(explained, output);
      if (violation !== undefined) violations.push(violation);
    }
    violations.push(...output.unexplained.map(fromNowhere));
    return violations.slice(0, VIOLATIONS_MAX);
  }

  #judgeCounts({ wrong }: NonNullable<FinalOutput["counted"]>): readonly Violation[] {
    this.checked++;
    if (wrong === undefined) return [];
    const { sink, origin, owed, committed } = wrong;
    const message = `${origin} has left ${committed} records in ${sink}, and owes ${owed}`;
    return [{ claim: "SK-1", where: sink, message }];
  }

  #judgeWeakly({ by, because }: NonNullable<Setting["compare"]>, output: FinalOutput): readonly Violation[] {
    this.checked++;
    const strands = output.strands.map(({ strand }) => strand);
    const mismatch = compareWeakly(by, strands, output.committed);
    if (mismatch === undefined) return [];
    const message = `the output is not what the reference gives, compared as a ${by} (${because})`;
    return [{ claim: "SK-1", message, ...mismatch }];
  }
}

function judgeStrand({ strand, found }: ExplainedStrand, output: FinalOutput): Violation | undefined {
  if (found.kind !== "impossible") return undefined;
  const { order, next, emissions } = found;
  const last = order.at(-1);
  const there = output.committed.filter(record => record.split === next.split && record.position === next.position);
  return {
    claim: "SK-1",
    where: strand.operator,
    message: `no legal order explains the output of ${strand.name}: ${order.length} inputs fit${last === undefined ? "" : `, the last ${originName(last)}`}; then ${originName(next)} does not`,
    expected: `from ${originName(next)}: ${emissions.map(emission => emission.show()).join(", ") || "nothing"}`,
    actual: `committed from ${originName(next)}: ${there.map(record => record.show()).join(", ") || "nothing"}`,
  };
}

function undecided(operator: string): string {
  return `records that leave no output could stand in too many places at ${operator}: for some keys the search for a legal order gave up`;
}

function fromNowhere(record: CommittedRecord): Violation {
  return {
    claim: "SK-1",
    where: record.sink,
    message: `${record.lane}@${record.place} was committed once more than its inputs explain`,
    expected: `nothing further from ${originName(record)}`,
    actual: record.show(),
  };
}

/** More of them tell nothing new. */
const VIOLATIONS_MAX = 3;
