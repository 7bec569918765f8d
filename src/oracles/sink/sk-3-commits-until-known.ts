import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { preparedWork } from "../evidence/visible-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-3: Commits are retried until known; unknown is never success.
 *
 * Reads: the prepared work in the metadata of successive checkpoints; what the broker's durable log and the storage nodes
 * show of it. A sink that leaves work out of the next checkpoint takes it for committed; so it must be. What a completed
 * checkpoint holds must never be aborted, except by a classic broker, and then the job must have failed.
 *
 * Left out — sinks of an author's own: nobody here can read what they have made visible. The author's claims judge it.
 */
export const commitsUntilKnown: Oracle = {
  id: "SK-3",
  sentence: "Work that a sink takes for committed is committed, and none that a completed checkpoint holds is aborted.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new GivenUp(setting),
};

class GivenUp implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  #held = new Map<string, string>();
  readonly #everHeld = new Map<string, string>();
  /** Name → sink and the checkpoint that no longer held it. */
  readonly #givenUp = new Map<string, { readonly sink: string; readonly checkpoint: number }>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const { id, metadata } of this.#record.completedBy(observation)) {
      if (metadata === undefined) continue;
      const now = new Map(preparedWork(metadata, this.#setting).map(({ name, sink }) => [name, sink]));
      for (const [name, sink] of this.#held) if (!now.has(name)) this.#givenUp.set(name, { sink, checkpoint: id });
      for (const [name, sink] of now) this.#everHeld.set(name, sink);
      this.#held = now;
    }
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const { work } = FinalOutput.of(this.#setting, final);
    const violations: Violation[] = [];
    for (const [id, sink] of this.#everHeld) {
      this.checked++;
      const state = work.get(id) ?? "not visible";
      if (state === "aborted" && this.#setting.preparedMayExpire === true && final.job === "failed") continue;
      const givenUp = this.#givenUp.get(id);
      if (state === "aborted")
        violations.push(broken(sink, `${id} was aborted although a completed checkpoint held it`));
      else if (givenUp !== undefined && state !== "committed") {
        violations.push(broken(sink, `checkpoint ${givenUp.checkpoint} takes ${id} for committed, and it is ${state}`));
      }
    }
    return violations;
  }
}

function broken(where: string, message: string): Violation {
  return { claim: "SK-3", where, message };
}
