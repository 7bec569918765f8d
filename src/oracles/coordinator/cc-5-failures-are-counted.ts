import {
  acknowledgeCheckpoint,
  declineCheckpoint,
  deployTasks,
  triggerCheckpoint,
} from "../../runtime/cluster/messages.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { attemptOf } from "../evidence/execution-name.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-5: The failure counter counts I/O errors at the coordinator, asynchronous failures and expiries; success resets it;
 * above the limit the job fails.
 *
 * Reads: triggers, the answers to them and declines as they were handed over, applied writes of the pointer. A checkpoint
 * has failed for certain, in a way that counts, when every source has answered its trigger, nobody has declined it but
 * for a snapshot that failed, and its attempt triggers another one although it is not complete. More of these in a row
 * than are tolerated, and the attempt must be over.
 *
 * Left out — attempts in which a subtask has snapshot the end of its input: one that ends takes its checkpoint along, which
 * counts for nothing. That what does not count fails no job, and that success resets: scenarios say how often their job begins
 * (`attempts` of FO-4). That a synchronous failure fails the task: FO-5 sees an attempt that goes on without one.
 */
export const failuresAreCounted: Oracle = {
  id: "CC-5",
  sentence: "No attempt goes on when more checkpoints in a row have failed than are tolerated.",
  expectation: "always",
  wants: {
    disks: ["coord"],
    frames: ["task.deploy", "checkpoint.trigger", "checkpoint.decline", "checkpoint.acknowledge"],
    processes: true,
  },
  begin: setting => new Failures(setting),
};

interface Triggered {
  readonly id: number;
  /** Sources that have answered. */
  readonly answered: Set<string>;
  declined: boolean;
}

class Failures implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #tolerable: number;
  #attempt = 0;
  /** Of this attempt. */
  #sources = new Set<string>();
  #token = 0;
  #triggered = new Map<number, Triggered>();
  /** `connection/call` → the trigger that is to be answered. */
  readonly #asked = new Map<string, { readonly checkpoint: number; readonly executions: readonly string[] }>();
  #failures = 0;
  #judges = true;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
    this.#tolerable = setting.knobs["tolerableFailures"] ?? Infinity;
  }

  on(observation: Observation): Violation | undefined {
    switch (observation.kind) {
      case "process":
        if (observation.role.startsWith("jm")) this.#begin(this.#attempt, false);
        return undefined;
      case "machine":
        return undefined;
      case "disk":
        this.#record.see(observation);
        return undefined;
      case "frame":
        return this.#frame(observation);
    }
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame({ frame, connection }: FrameObservation): Violation | undefined {
    const call = `${connection}/${frame.call}`;
    if (frame.type === "reply" && frame.method === "checkpoint.trigger") this.#answered(call);
    if (frame.type !== "request") return undefined;
    switch (frame.method) {
      case "task.deploy": {
        const { attempt, tasks } = deployTasks(frame.body(), frame.method);
        if (attempt > this.#attempt) this.#begin(attempt, true);
        if (attempt === this.#attempt)
          for (const { execution, inputs } of tasks) if (inputs.length === 0) this.#sources.add(execution);
        return undefined;
      }
      case "checkpoint.trigger": {
        const { token, checkpoint, executions } = triggerCheckpoint(frame.body(), frame.method);
        if (Number(attemptOf(executions[0] ?? "")) !== this.#attempt) return undefined;
        const violation = this.#trigger(token, checkpoint);
        this.#asked.set(call, { checkpoint, executions });
        return violation;
      }
      case "checkpoint.decline": {
        const { checkpoint, reason } = declineCheckpoint(frame.body(), frame.method);
        const declined = this.#triggered.get(checkpoint);
        if (declined !== undefined && reason !== "snapshot-failed") declined.declined = true;
        return undefined;
      }
      case "checkpoint.acknowledge":
        if (acknowledgeCheckpoint(frame.body(), frame.method).snapshot.finished) this.#judges = false;
        return undefined;
      default:
        return undefined;
    }
  }

  #trigger(token: number, checkpoint: number): Violation | undefined {
    if (token !== this.#token) {
      this.#token = token;
      this.#forget();
    }
    if (this.#triggered.has(checkpoint)) return undefined;
    for (const earlier of [...this.#triggered.values()].filter(({ id }) => id < checkpoint)) {
      this.#triggered.delete(earlier.id);
      if (this.#record.byId(earlier.id) !== undefined) this.#failures = 0;
      else if (this.#hasFailed(earlier)) this.#failures++;
    }
    this.#triggered.set(checkpoint, { id: checkpoint, answered: new Set(), declined: false });
    if (!this.#judges || this.#failures === 0) return undefined;
    this.checked++;
    if (this.#failures <= this.#tolerable) return undefined;
    return {
      claim: "CC-5",
      where: "coordinator",
      message: `checkpoint ${checkpoint} was triggered in attempt ${this.#attempt}, in which ${this.#failures} had failed in a row`,
      expected: `at most ${this.#tolerable}`,
    };
  }

  #answered(call: string): void {
    const asked = this.#asked.get(call);
    this.#asked.delete(call);
    const triggered = asked === undefined ? undefined : this.#triggered.get(asked.checkpoint);
    for (const execution of asked?.executions ?? []) triggered?.answered.add(execution);
  }

  #hasFailed({ answered, declined }: Triggered): boolean {
    return !declined && [...this.#sources].every(source => answered.has(source));
  }

  #begin(attempt: number, judges: boolean): void {
    this.#attempt = attempt;
    this.#judges = judges;
    this.#sources = new Set();
    this.#forget();
  }

  #forget(): void {
    this.#triggered = new Map();
    this.#asked.clear();
    this.#failures = 0;
  }
}
