import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { preparedIn } from "../evidence/epochs.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { withoutCheckpoints } from "../evidence/without-checkpoints.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-5: A read-committed reader never sees a record of a failed epoch.
 *
 * Reads: what a reader of the output topics and folders would get at the end, and the work that completed checkpoints
 * held. Commits are for ever, so the end shows whatever a reader could have seen at any time.
 *
 * Left out — jobs that take no checkpoints, as the fold says.
 */
export const noFailedEpoch: Oracle = {
  id: "SK-5",
  sentence: "A read-committed reader never sees a record of an epoch that no completed checkpoint holds.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new VisibleEpochs(setting),
};

class VisibleEpochs implements OracleFold {
  checked = 0;
  notJudged: string | undefined;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  readonly #held = new Set<string>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const { metadata } of this.#record.completedBy(observation))
      for (const { name } of metadata === undefined ? [] : preparedIn(metadata)) this.#held.add(name);
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const { graph, committed } = FinalOutput.of(this.#setting, final);
    this.notJudged = withoutCheckpoints(graph);
    if (this.notJudged !== undefined) return [];
    for (const { sink, lane, place, work } of committed) {
      if (work === undefined) continue;
      this.checked++;
      if (this.#held.has(work)) continue;
      const message = `a reader sees ${lane}@${place} of ${work}, which no completed checkpoint holds`;
      return [{ claim: "SK-5", where: sink, message }];
    }
    return [];
  }
}
