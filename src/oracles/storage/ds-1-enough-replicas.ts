import { filesOf } from "../../runtime/checkpoint/metadata.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * DS-1: A file acknowledged by the store is readable while fewer than r replicas are durably damaged.
 *
 * Reads: the storage nodes' durable bytes at the moment in which a pointer names a file: whoever had it named was told
 * that it lies on r nodes. What then becomes of the last of them is CC-8's. And once more when the storm is over and no
 * storage node has come or gone for long enough: what a node lost with its disk, or took with it, lies on r nodes again.
 *
 * Left out — nodes whose disks the plan damages: each of them may lack its replica; in the end only those that do more
 * than lose all at one time. That second look: runs whose clocks run fast or slow, and those that may lose every replica.
 */
export const enoughReplicas: Oracle = {
  id: "DS-1",
  sentence: "A file that a completed checkpoint names was durable on as many nodes as there are to be replicas.",
  expectation: "always",
  wants: { disks: ["coord"], processes: true },
  begin: setting => new Replicas(setting),
};

class Replicas implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  readonly #wanted: number;
  readonly #wantedAgain: number;
  readonly #looksAgain: boolean;
  /** Since when no storage node has come or gone, and no fault lasts. */
  #calmUs: number;
  #newest: CompletedCheckpoint | undefined;
  #lookedAgain = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
    const dishonest = setting.roles.storage.filter(role => setting.dishonestDisks?.has(role) === true);
    this.#wanted = setting.replicas - dishonest.length;
    this.#wantedAgain = setting.replicas - dishonest.filter(role => setting.replacedDisks?.has(role) !== true).length;
    this.#looksAgain = setting.unsteadyTimers !== true && setting.outputMayBeLost !== true;
    this.#calmUs = (setting.knobs["stormMs"] ?? 0) * 1000;
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "process" || observation.kind === "machine") {
      const name = observation.kind === "process" ? observation.role : observation.machine;
      if (this.#setting.roles.storage.includes(name) || name === "services") this.#unrest(observation.atUs);
      return undefined;
    }
    if (this.#isDue(observation.atUs)) {
      this.#lookedAgain = true;
      const violation = this.#judge(this.#newest!, this.#wantedAgain);
      if (violation !== undefined) return violation;
    }
    for (const completed of this.#record.completedBy(observation)) {
      this.#newest = completed;
      const violation = this.#judge(completed, this.#wanted);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #unrest(atUs: number): void {
    this.#calmUs = Math.max(this.#calmUs, atUs);
    this.#lookedAgain = false;
  }

  /** Before the job ends: then its files go. */
  #isDue(atUs: number): boolean {
    if (!this.#looksAgain || this.#lookedAgain || this.#newest === undefined) return false;
    return atUs >= this.#calmUs + AGAIN_US && this.#record.addressable.at(-1)?.id === this.#newest.id;
  }

  #judge({ id, storage, metadata, metadataFile }: CompletedCheckpoint, wanted: number): Violation | undefined {
    const { files } = this.#record;
    if (metadata === undefined || !files.sees(storage)) return undefined;
    for (const file of [metadataFile, ...filesOf(metadata)]) {
      this.checked++;
      const holders = files.holders(storage, file);
      if (holders.length >= wanted) continue;
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

/** A node that is silent is given up after 15 s; the next look for what is lacking comes within 7 s, and takes a moment. */
const AGAIN_US = 25_000_000;
