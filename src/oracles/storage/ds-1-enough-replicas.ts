import { filesOf } from "../../runtime/checkpoint/metadata.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * DS-1: A file acknowledged by the store is readable while fewer than r replicas are durably damaged.
 *
 * Reads: the storage nodes' durable bytes at the moment in which a pointer names a file: whoever had it named was told
 * that it lies on r nodes. What then becomes of the last of them is CC-8's.
 *
 * Left out — nodes whose disks the plan damages: each of them may lack its replica.
 */
export const enoughReplicas: Oracle = {
  id: "DS-1",
  sentence: "A file that a completed checkpoint names was durable on as many nodes as there are to be replicas.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Replicas(setting),
};

class Replicas implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  readonly #wanted: number;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
    const dishonest = setting.roles.storage.filter(role => setting.dishonestDisks?.has(role) === true);
    this.#wanted = setting.replicas - dishonest.length;
  }

  on(observation: Observation): Violation | undefined {
    for (const completed of this.#record.completedBy(observation)) {
      const violation = this.#judge(completed);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #judge({ id, storage, metadata, metadataFile }: CompletedCheckpoint): Violation | undefined {
    const { files } = this.#record;
    if (metadata === undefined || !files.sees(storage)) return undefined;
    for (const file of [metadataFile, ...filesOf(metadata)]) {
      this.checked++;
      const holders = files.holders(storage, file);
      if (holders.length >= this.#wanted) continue;
      return {
        claim: "DS-1",
        where: "storage",
        message: `checkpoint ${id} names ${file.path}, which too few nodes hold`,
        expected: `durable on ${this.#setting.replicas} nodes, those with damaged disks excepted`,
        actual: holders.length === 0 ? "durable on none" : `durable on ${holders.join(", ")}`,
      };
    }
    return undefined;
  }
}
