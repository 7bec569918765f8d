import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { positionsOf, preparedIn, type CheckpointPositions } from "../evidence/epochs.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { logSourceOf } from "../evidence/log-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SO-4: A restored reader re-emits exactly the suffix from its offset; outside commits never matter.
 *
 * Reads: the positions in each completed checkpoint and the provenance of what its prepared work has made visible. Positions
 * cut each split into epochs: what a checkpoint's prepared work holds comes from before its positions, and from no earlier
 * than those of the completed checkpoint before it, which is where a restored reader began.
 *
 * Left out — records without provenance, and positions of connectors that are not the log's.
 */
export const exactSuffix: Oracle = {
  id: "SO-4",
  sentence:
    "What an epoch commits comes from between the positions of the checkpoints around it: readers resume exactly there.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Epochs(setting),
};

class Epochs implements OracleFold {
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
    const positions = positionsOf(this.#record.completed);
    const epochs = new Map<
      string,
      { readonly from: CheckpointPositions | undefined; readonly to: CheckpointPositions }
    >();
    positions.forEach((to, i) => {
      for (const { name } of preparedIn(to.checkpoint.metadata!)) {
        if (!epochs.has(name)) epochs.set(name, { from: positions[i - 1], to });
      }
    });
    const { graph, committed } = FinalOutput.of(this.#setting, final);
    const topics = new Set(graph.nodes.flatMap(node => logSourceOf(node)?.topic ?? []));
    for (const { sink, split, position, work } of committed) {
      const epoch = work === undefined ? undefined : epochs.get(work);
      if (epoch === undefined || !topics.has(split.slice(0, split.lastIndexOf("/")))) continue;
      this.checked++;
      const from = epoch.from?.next(split) ?? 0;
      const to = epoch.to.next(split);
      if (position >= from && position < to) continue;
      return [
        {
          claim: "SO-4",
          where: sink,
          message: `checkpoint ${epoch.to.checkpoint.id} committed a record from ${split}@${position}`,
          expected: `from ${split}@${from} up to, not including, ${to}: between its position and that of the checkpoint before`,
          actual: `${split}@${position}`,
        },
      ];
    }
    return [];
  }
}
