import { deployTasks } from "../../runtime/cluster/messages.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-10: Recovery uses the newest completed checkpoint in the metadata store; if it cannot be read, recovery retries or
 * fails; it never silently takes an older one.
 *
 * Reads: deployments that workers were handed, against the checkpoints that attempts before theirs had completed. A
 * checkpoint of an older attempt cannot complete once a later one is deployed, so a late deployment is judged rightly.
 */
export const newestIsRestored: Oracle = {
  id: "CC-10",
  sentence: "Recovery uses the newest completed checkpoint and never silently takes an older one.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["task.deploy"] },
  begin: setting => new Restores(setting),
};

class Restores implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind !== "frame") {
      this.#record.see(observation);
      return undefined;
    }
    if (observation.frame.type !== "request") return undefined;
    for (const task of deployTasks(observation.frame.body(), "task.deploy").tasks) {
      this.checked++;
      const newest = this.#record.completed.findLast(
        ({ metadata }) => metadata !== undefined && metadata.attempt < task.attempt,
      );
      if (task.restoredCheckpoint === (newest?.id ?? 0)) continue;
      return {
        claim: "CC-10",
        where: task.vertex,
        message: `${task.execution} was deployed from another checkpoint than the newest that was complete`,
        expected: `checkpoint ${newest?.id ?? "0 (none)"}`,
        actual: `checkpoint ${task.restoredCheckpoint}`,
      };
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }
}
