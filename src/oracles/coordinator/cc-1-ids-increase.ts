import type { Observation } from "../../sim/observation.ts";
import { triggerCheckpoint } from "../../runtime/cluster/messages.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { attemptOf } from "../evidence/execution-name.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-1: Checkpoint ids strictly increase, over fail-overs of the job manager too.
 *
 * Reads: applied writes of the pointer; triggers that workers were handed. An id belongs to the attempt and the leader
 * that first used it, for ever.
 *
 * Left out — the order in which workers are handed triggers of different ids: connections may hold them.
 */
export const idsIncrease: Oracle = {
  id: "CC-1",
  sentence: "Checkpoint ids strictly increase, over fail-overs of the job manager too.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["checkpoint.trigger"] },
  begin: setting => new Ids(setting),
};

class Ids implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  /** Who triggered an id: the leader's token and, through the executions' names, the attempt. */
  readonly #owners = new Map<number, string>();
  #largestCompleted = 0;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "frame") {
      return observation.frame.type === "request" ? this.#triggered(observation.frame.body()) : undefined;
    }
    for (const { id } of this.#record.completedBy(observation)) {
      this.checked++;
      if (id <= this.#largestCompleted)
        return broken(`checkpoint ${id} was completed after checkpoint ${this.#largestCompleted}`);
      this.#largestCompleted = id;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #triggered(body: unknown): Violation | undefined {
    const { token, checkpoint, executions } = triggerCheckpoint(body, "checkpoint.trigger");
    const owner = `leader ${token}, attempt ${attemptOf(executions[0] ?? "")}`;
    const first = this.#owners.get(checkpoint);
    this.checked++;
    if (first === undefined) this.#owners.set(checkpoint, owner);
    else if (first !== owner) return broken(`checkpoint ${checkpoint} was triggered by ${first} and again by ${owner}`);
    return undefined;
  }
}

function broken(message: string): Violation {
  return { claim: "CC-1", where: "coordinator", message };
}
