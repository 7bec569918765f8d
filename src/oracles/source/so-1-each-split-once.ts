import type { CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { jobStructure } from "../evidence/job-structure.ts";
import { logSourceOf } from "../evidence/log-output.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SO-1: In each completed checkpoint every split is in exactly one place: unassigned, one reader, finished. With SO-2's
 * first half: an assignment that is in the enumerator's state is in a reader's, and one that is not is in none.
 *
 * Reads: the metadata of each completed checkpoint: the enumerator's partitions and the readers' splits, of log sources.
 * Readers keep the splits that they have read to the end, and finished subtasks stand there as they ended.
 *
 * Left out — sources of other kinds: what stands in their enumerators' state is their own.
 */
export const eachSplitOnce: Oracle = {
  id: "SO-1",
  sentence: "In each completed checkpoint every split is in one place: not yet assigned, or with one reader.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Splits(setting),
};

class Splits implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  #topics: ReadonlyMap<string, string> | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const { id, metadata } of this.#record.completedBy(observation)) {
      const violation = metadata === undefined ? undefined : this.#judge(id, metadata);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #judge(checkpoint: number, metadata: CheckpointMetadata): Violation | undefined {
    for (const [uid, topic] of this.#topicsOfSources()) {
      const partitions = partitionsOf(metadata, uid);
      if (partitions === undefined) continue;
      const readers = readersOf(metadata, uid, topic);
      for (const { partition, assigned } of partitions) {
        this.checked++;
        const holders = readers.get(partition) ?? [];
        if (holders.length === (assigned ? 1 : 0)) continue;
        return {
          claim: "SO-1",
          where: uid,
          message: `checkpoint ${checkpoint} has ${topic}/${partition}, which is ${assigned ? "" : "not "}assigned, with ${holders.length} readers`,
          expected: assigned ? "one reader" : "no reader yet",
          actual: holders.join(", ") || "none",
        };
      }
    }
    return undefined;
  }

  #topicsOfSources(): ReadonlyMap<string, string> {
    return (this.#topics ??= new Map(
      jobStructure(this.#setting).nodes.flatMap(node => {
        const source = logSourceOf(node);
        return source === undefined ? [] : [[node.uid, source.topic] as const];
      }),
    ));
  }
}

/** Undefined: the enumerator had not looked at its topic yet. */
function partitionsOf(
  { enumerators }: CheckpointMetadata,
  uid: string,
): readonly { readonly partition: number; readonly assigned: boolean }[] | undefined {
  const state = enumerators.find(enumerator => enumerator.uid === uid)?.state;
  const { partitions } = (state ?? {}) as { readonly partitions?: unknown };
  if (!Array.isArray(partitions)) return undefined;
  return partitions.map((one: { readonly partition?: unknown; readonly assigned?: unknown }) => ({
    partition: Number(one.partition),
    assigned: one.assigned === true,
  }));
}

/** Partition → subtasks whose reader has it. */
function readersOf({ subtasks }: CheckpointMetadata, uid: string, topic: string): ReadonlyMap<number, string[]> {
  const readers = new Map<number, string[]>();
  for (const { vertex, subtask, operators } of subtasks) {
    for (const split of operators.find(operator => operator.uid === uid)?.splits ?? []) {
      const { topic: of, partition } = split as { readonly topic?: unknown; readonly partition?: unknown };
      if (of !== topic || typeof partition !== "number") continue;
      readers.set(partition, [...(readers.get(partition) ?? []), `${vertex}[${subtask}]`]);
    }
  }
  return readers;
}
