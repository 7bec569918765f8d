import { deployTasks, heartbeat, heartbeatReply } from "../../runtime/cluster/messages.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { jobStructure } from "../evidence/job-structure.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-4, its half about time: restart strategies are never early.
 *
 * Reads: heartbeats as leaders were handed them, with the answers that workers got, and deployments. An answer that
 * still names the running attempt says that it had not failed when that heartbeat came; the next attempt begins no
 * sooner than the strategy's delay after that.
 *
 * Left out — that a restart is late by no more than its process's own delay: FO-5 has a bound for the whole recovery.
 * Another leader's attempts: its strategy begins anew. Runs in which a clock drifts: the delay is as wrong.
 */
export const neverEarly: Oracle = {
  id: "FO-4",
  sentence: "A new attempt begins no sooner after the failure of the last one than the restart strategy's delay.",
  expectation: "always",
  wants: { frames: ["worker.heartbeat", "task.deploy"] },
  begin: setting => new Delays(setting),
};

class Delays implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  #delayUs: number | undefined;
  /** `connection/call` → when the leader was handed the heartbeat, and in which term. */
  readonly #beats = new Map<string, { readonly token: number; readonly atUs: number }>();
  /** The last deployment, and when its attempt certainly ran. */
  #last: { readonly token: number; readonly attempt: number; ranUs: number | undefined } | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  on(observation: Observation): Violation | undefined {
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame({ frame, connection, atUs }: FrameObservation): Violation | undefined {
    if (frame.method === "task.deploy")
      return frame.type === "request" ? this.#deployed(frame.body(), atUs) : undefined;
    const call = `${connection}/${frame.call}`;
    if (frame.type === "request") {
      this.#beats.set(call, { token: heartbeat(frame.body(), frame.method).token, atUs });
      return undefined;
    }
    const beat = this.#beats.get(call);
    this.#beats.delete(call);
    if (beat === undefined || frame.type !== "reply") return undefined;
    const { attemptMin } = heartbeatReply(frame.body(), frame.method);
    // Before its deployment it has not failed, and between two attempts the answer names one that is still to come.
    if (this.#last?.token === beat.token && this.#last.attempt === attemptMin)
      this.#last.ranUs = Math.max(this.#last.ranUs ?? 0, beat.atUs);
    return undefined;
  }

  #deployed(body: unknown, atUs: number): Violation | undefined {
    const { token, attempt } = deployTasks(body, "task.deploy");
    const last = this.#last;
    if (last?.token === token && last.attempt >= attempt) return undefined;
    this.#last = { token, attempt, ranUs: undefined };
    if (last?.token !== token || last.ranUs === undefined || this.#setting.unsteadyTimers === true) return undefined;
    this.checked++;
    const afterUs = atUs - last.ranUs;
    this.#delayUs ??= this.#delay();
    if (afterUs >= this.#delayUs) return undefined;
    return {
      claim: "FO-4",
      where: "job",
      message: `attempt ${attempt} was deployed ${afterUs} µs after attempt ${last.attempt} was still running`,
      expected: `at least ${this.#delayUs} µs`,
    };
  }

  /** The leader's clock shows whole milliseconds. */
  #delay(): number {
    const own = jobStructure(this.#setting).restartStrategy;
    const delayMs = own?.kind === "fixed-delay" ? own.delayMs : (this.#setting.knobs["restartDelayMs"] ?? 0);
    return Math.max(0, delayMs - 1) * 1000;
  }
}
