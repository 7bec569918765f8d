import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { preparedWork } from "../evidence/visible-output.ts";
import { withoutCheckpoints } from "../evidence/without-checkpoints.ts";
import { isThrough, type FinalState, type Oracle, type OracleFold, type Setting, type Violation } from "../oracle.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";

/**
 * SK-2: Data of epoch n is committed only after some completed checkpoint m ≥ n, and eventually for every n ≤ m, also if n
 * itself was aborted or expired.
 *
 * Reads: commits that the broker was asked for, completed checkpoints and the work that stands prepared in their metadata,
 * what the broker's durable log and the storage nodes show of it at the end. The broker is asked before it commits, so a request that comes too early and takes effect is one.
 *
 * Left out — jobs that take no checkpoints: their sinks commit at the end of the input, as the fold says. Whether each record
 * counts once all the same is SK-1's. When a part file became visible: SK-5 has whether it may be. The eventual half for a job that has not finished: SK-3 has what a later checkpoint gave up.
 * Sinks of an author's own: nobody here can read what they have made visible, the author's claims judge it.
 */
export const commitAfterCompletion: Oracle = {
  id: "SK-2",
  sentence: "Prepared work is committed only after a completed checkpoint holds it, and eventually all that one held.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["broker.commit"] },
  begin: setting => new Commits(setting),
};

class Commits implements OracleFold {
  checked = 0;
  notJudged: string | undefined;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  /** Name → sink, of all the work that a completed checkpoint held. */
  readonly #held = new Map<string, string>();
  /** Asked for before any checkpoint held it. */
  readonly #early = new Map<string, FrameObservation>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "frame") {
      if (observation.frame.type !== "request") return undefined;
      const { transactionalId } = observation.frame.body() as { readonly transactionalId?: unknown };
      this.checked++;
      if (typeof transactionalId === "string" && !this.#held.has(transactionalId))
        this.#early.set(transactionalId, observation);
      return undefined;
    }
    for (const { metadata } of this.#record.completedBy(observation)) {
      for (const { sink, name } of metadata === undefined ? [] : preparedWork(metadata, this.#setting))
        this.#held.set(name, sink);
    }
    return undefined;
  }

  end(final: FinalState): readonly Violation[] {
    const { graph, work } = FinalOutput.of(this.#setting, final);
    this.notJudged = withoutCheckpoints(graph);
    if (this.notJudged !== undefined) return [];
    const violations: Violation[] = [];
    for (const [id, { from, atUs }] of this.#early) {
      if (work.get(id) !== "committed") continue;
      const message = `${from} had transaction ${id} committed at ${Math.floor(atUs / 1000)} ms, and no completed checkpoint held it`;
      violations.push({ claim: "SK-2", where: this.#held.get(id) ?? "sink", message });
    }
    if (!isThrough(final)) return violations;
    for (const [id, sink] of this.#held) {
      this.checked++;
      if (work.get(id) !== "committed") {
        violations.push({
          claim: "SK-2",
          where: sink,
          message: `a completed checkpoint held ${id}, and it was never committed`,
        });
      }
    }
    return violations;
  }
}
