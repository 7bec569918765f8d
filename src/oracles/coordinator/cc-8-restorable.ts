import { filesOf } from "../../runtime/checkpoint/metadata.ts";
import type { StoredFile } from "../../runtime/task/task-contract.ts";
import type { DiskObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-8: Restorability, after every step: each file that an addressable checkpoint names exists, with the recorded length
 * and checksum, on at least one replica, in bytes that would survive the power loss of every machine now.
 *
 * Reads: applied writes of the pointer, operations on the storage nodes' disks that touch a named file, power losses.
 *
 * Left out — storage that is not on the storage nodes (`file:`): no machine here is its owner.
 */
export const restorable: Oracle = {
  id: "CC-8",
  sentence:
    "Each file that an addressable checkpoint names is whole on at least one replica in bytes that survive the power loss of every machine.",
  expectation: "always",
  wants: { disks: ["coord", "dfs"], processes: true },
  begin: setting => new Restorability(setting),
};

interface NamedFile {
  readonly file: StoredFile;
  readonly checkpoint: CompletedCheckpoint;
}

class Restorability implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  /** `dfs1:/dfs1/…` → the file whose replica lies there. */
  readonly #byReplica = new Map<string, NamedFile>();
  #named: readonly NamedFile[] = [];

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "machine") return observation.what === "power-loss" ? this.#judgeAll() : undefined;
    if (observation.kind !== "disk") return undefined;
    for (const step of this.#record.see(observation)) {
      if (step.kind !== "pointer") continue;
      this.#address(step.now);
      const violation = this.#judgeAll();
      if (violation !== undefined) return violation;
    }
    return this.#touched(observation);
  }

  end(): readonly Violation[] {
    const violation = this.#judgeAll();
    return violation === undefined ? [] : [violation];
  }

  #address(checkpoints: readonly CompletedCheckpoint[]): void {
    const { files } = this.#record;
    this.#named = checkpoints.flatMap(checkpoint => {
      if (!files.sees(checkpoint.storage)) return [];
      const named = checkpoint.metadata === undefined ? [] : filesOf(checkpoint.metadata);
      return [checkpoint.metadataFile, ...named].map(file => ({ file, checkpoint }));
    });
    this.#byReplica.clear();
    for (const named of this.#named) {
      for (const { role, path } of files.replicas(named.checkpoint.storage, named.file))
        this.#byReplica.set(`${role}:${path}`, named);
    }
  }

  #touched({ role, operation, path, to }: DiskObservation): Violation | undefined {
    if (operation === "sync" || operation === "sync-directory" || operation === "create") return undefined;
    const named =
      this.#byReplica.get(`${role}:${path}`) ?? (to === undefined ? undefined : this.#byReplica.get(`${role}:${to}`));
    return named === undefined ? undefined : this.#judge(named, `${operation} at ${role}`);
  }

  #judgeAll(): Violation | undefined {
    for (const named of this.#named) {
      const violation = this.#judge(named, "now");
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  #judge({ file, checkpoint }: NamedFile, when: string): Violation | undefined {
    this.checked++;
    const found = this.#record.files.durable(checkpoint.storage, file);
    if (found.kind === "whole") return undefined;
    return {
      claim: "CC-8",
      where: "storage",
      message: `checkpoint ${checkpoint.id} names ${file.path}, and no replica would survive a power loss (${when})`,
      expected: `${file.length} bytes, checksum ${file.crc32c}, durable on one node`,
      actual: found.kind === "absent" ? "durable on none" : `damaged on ${found.nodes.join(", ")}`,
    };
  }
}
