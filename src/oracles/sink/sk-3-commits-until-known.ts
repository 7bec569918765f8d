import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { transactionsIn } from "../evidence/epochs.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-3: Commits are retried until known; unknown is never success.
 *
 * Reads: the transactions in the metadata of successive checkpoints, the broker's durable log. A sink that leaves a
 * transaction out of the next checkpoint takes it for committed; so it must be. What a completed checkpoint holds must
 * never be aborted.
 */
export const commitsUntilKnown: Oracle = {
  id: "SK-3",
  sentence:
    "A transaction that a sink takes for committed is committed, and none that a completed checkpoint holds is aborted.",
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
  /** Transactional id → sink and the checkpoint that no longer held it. */
  readonly #givenUp = new Map<string, { readonly sink: string; readonly checkpoint: number }>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const step of this.#record.see(observation)) {
      if (step.kind !== "pointer") continue;
      for (const { id, metadata } of step.added) {
        if (metadata === undefined) continue;
        const now = new Map(transactionsIn(metadata).map(({ transactionalId, sink }) => [transactionalId, sink]));
        for (const [transaction, sink] of this.#held)
          if (!now.has(transaction)) this.#givenUp.set(transaction, { sink, checkpoint: id });
        for (const [transaction, sink] of now) this.#everHeld.set(transaction, sink);
        this.#held = now;
      }
    }
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const last = new Map<string, string>();
    for (const { kind, transactionalId } of FinalOutput.of(this.#setting, final).history.transactions)
      last.set(transactionalId, kind);
    const violations: Violation[] = [];
    for (const [id, sink] of this.#everHeld) {
      this.checked++;
      const state = last.get(id) ?? "unknown to the broker";
      const givenUp = this.#givenUp.get(id);
      if (state === "aborted")
        violations.push(broken(sink, `transaction ${id} was aborted although a completed checkpoint held it`));
      else if (givenUp !== undefined && state !== "committed") {
        violations.push(
          broken(sink, `checkpoint ${givenUp.checkpoint} takes transaction ${id} for committed, and it is ${state}`),
        );
      }
    }
    return violations;
  }
}

function broken(where: string, message: string): Violation {
  return { claim: "SK-3", where, message };
}
