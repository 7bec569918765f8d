import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint, type PointerStep } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-7: The newest min(completed, `num-retained`) checkpoints are addressable, besides those being discarded; a savepoint
 * is never removed by subsumption and never displaces a checkpoint that increments refer to.
 *
 * Reads: applied writes of the pointer.
 *
 * Left out — savepoints: there are none yet. Removal of the pointer as a whole: that is FO-3.
 */
export const newestAreAddressable: Oracle = {
  id: "CC-7",
  sentence: "The newest completed checkpoints are addressable, oldest first, and none is passed over.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Retention(setting),
};

class Retention implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const step of this.#record.see(observation)) {
      if (step.kind !== "pointer" || step.now.length === 0) continue;
      this.checked++;
      const violation = judge(step);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }
}

/** The pointer holds what it held, less some of the oldest, and behind them at most one that is new. */
function judge({ before, now, added }: PointerStep): Violation | undefined {
  const kept = now.filter(checkpoint => !added.includes(checkpoint));
  const newestBefore = before.slice(before.length - kept.length);
  if (!kept.every((checkpoint, i) => checkpoint === newestBefore[i])) {
    return broken(`of checkpoints ${ids(before)} the pointer kept ${ids(kept)}, which are not the newest`);
  }
  if (added.length > 1) return broken(`the pointer took in ${ids(added)} at once`);
  if (added.length === 1 && now.at(-1) !== added[0])
    return broken(`checkpoint ${ids(added)} is not the newest in the pointer ${ids(now)}`);
  if (added.length === 0 && before.length > 0 && now.at(-1) !== before.at(-1))
    return broken(`the pointer lost checkpoint ${ids(before.slice(-1))}`);
  return undefined;
}

function ids(checkpoints: readonly CompletedCheckpoint[]): string {
  return checkpoints.map(({ id }) => id).join(", ") || "none";
}

function broken(message: string): Violation {
  return { claim: "CC-7", where: "coordinator", message };
}
