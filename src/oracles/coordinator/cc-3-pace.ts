import { acknowledgeCheckpoint, triggerCheckpoint } from "../../runtime/cluster/messages.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import { attemptOf } from "../evidence/execution-name.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-3: In progress ≤ max concurrent; gap from completion to next trigger ≥ min pause; one older than its timeout is
 * aborted and never completes.
 *
 * Reads: triggers that workers were handed, acknowledgements that a job manager was handed, applied writes of the pointer.
 * What is judged holds whatever the network does: a trigger is sent before it is handed over, and a completion is
 * applied before its leader hears of it.
 *
 * Left out — runs in which a clock drifts: the leader's timers are as wrong. Acknowledgements behind a pause of a job
 * manager: one that wakes may read what has arrived before its timers run. What another attempt or leader did: each has
 * a pace of its own.
 */
export const pace: Oracle = {
  id: "CC-3",
  sentence:
    "One checkpoint at a time, no sooner than the pause after the last, and none completes behind its time-out.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["checkpoint.trigger", "checkpoint.acknowledge"], processes: true },
  begin: setting => new Pace(setting),
};

interface Triggered {
  readonly id: number;
  /** Leader and attempt. */
  readonly owner: string;
  /** When the first worker was handed it. */
  readonly atUs: number;
}

class Pace implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  readonly #timeoutUs: number;
  readonly #minPauseUs: number;
  readonly #triggered = new Map<number, Triggered>();
  /** `17 count[1]#3` → how long after its trigger a job manager was handed the acknowledgement. */
  readonly #late = new Map<string, number>();
  readonly #acknowledged = new Set<string>();
  #leaderPausedUs = -1;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
    this.#timeoutUs = (setting.knobs["checkpointTimeoutMs"] ?? 0) * 1000;
    this.#minPauseUs = (setting.knobs["minPauseMs"] ?? 0) * 1000;
  }

  on(observation: Observation): Violation | undefined {
    switch (observation.kind) {
      case "process":
        if (observation.role.startsWith("jm")) this.#leaderPausedUs = observation.atUs;
        return undefined;
      case "machine":
        return undefined;
      case "frame":
        if (observation.frame.type !== "request" || this.#setting.unsteadyTimers === true) return undefined;
        return observation.frame.method === "checkpoint.trigger"
          ? this.#trigger(observation.frame.body(), observation.atUs)
          : this.#acknowledge(observation.frame.body(), observation.atUs);
      case "disk":
        for (const step of this.#record.see(observation)) {
          if (step.kind !== "pointer") continue;
          for (const completed of step.added) {
            const violation = this.#complete(completed);
            if (violation !== undefined) return violation;
          }
        }
        return undefined;
    }
  }

  end(): readonly Violation[] {
    return [];
  }

  #trigger(body: unknown, atUs: number): Violation | undefined {
    const { token, checkpoint, executions } = triggerCheckpoint(body, "checkpoint.trigger");
    if (this.#triggered.has(checkpoint)) return undefined;
    const owner = `${token} ${attemptOf(executions[0] ?? "")}`;
    this.#triggered.set(checkpoint, { id: checkpoint, owner, atUs });
    const last = this.#record.completed.at(-1);
    if (last === undefined || this.#triggered.get(last.id)?.owner !== owner) return undefined;
    this.checked++;
    const gapUs = atUs - last.completedAtUs;
    if (gapUs >= this.#minPauseUs) return undefined;
    return {
      ...broken(`checkpoint ${checkpoint} was triggered ${gapUs} µs after checkpoint ${last.id} was complete`),
      expected: `at least ${this.#minPauseUs} µs`,
    };
  }

  #acknowledge(body: unknown, atUs: number): undefined {
    const { checkpoint, execution } = acknowledgeCheckpoint(body, "checkpoint.acknowledge");
    const name = `${checkpoint} ${execution}`;
    const triggered = this.#triggered.get(checkpoint);
    if (triggered === undefined || this.#acknowledged.has(name)) return;
    this.#acknowledged.add(name);
    const afterUs = atUs - triggered.atUs;
    if (afterUs > this.#timeoutUs && this.#leaderPausedUs < triggered.atUs) this.#late.set(name, afterUs);
  }

  #complete({ id, metadata }: CompletedCheckpoint): Violation | undefined {
    const own = this.#triggered.get(id);
    if (own === undefined || metadata === undefined) return undefined;
    this.checked++;
    const newer = [...this.#triggered.values()].find(other => other.id > id && other.owner === own.owner);
    if (newer !== undefined) {
      return broken(`checkpoint ${id} was completed while checkpoint ${newer.id} was in progress`);
    }
    for (const { vertex, subtask } of metadata.subtasks) {
      const execution = `${vertex}[${subtask}]#${metadata.attempt}`;
      const afterUs = this.#late.get(`${id} ${execution}`);
      if (afterUs === undefined) continue;
      return {
        ...broken(`checkpoint ${id} was completed with an acknowledgement of ${execution} that came too late`),
        expected: `within ${this.#timeoutUs} µs of its trigger`,
        actual: `after ${afterUs} µs`,
      };
    }
    return undefined;
  }
}

function broken(message: string): Violation {
  return { claim: "CC-3", where: "coordinator", message };
}
