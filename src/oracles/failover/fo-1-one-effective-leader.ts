import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type RecordStep } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-1: At most one effective attempt per subtask and one effective leader: a zombie cannot acknowledge, commit, write
 * metadata, delete, or feed a new attempt.
 *
 * Reads: applied writes of a leader, each against the leader key as it then stood; writes of that key, which nobody takes
 * from another whose session lives; and what workers ask of the broker: one that has heard nothing from a job manager for
 * longer than its time-out has no right to work on.
 *
 * The second half goes by what a worker process was handed, so that bytes that the network held accuse nobody: it counts
 * rounds of request and answer, of which all but the first must have begun after the worker had to know.
 *
 * Left out — acknowledgements of fenced attempts: CC-2 sees whether one was counted. Deletes: CC-8 sees what is missing.
 */
export const oneEffectiveLeader: Oracle = {
  id: "FO-1",
  sentence:
    "At most one leader and one attempt have effect; a zombie cannot write, and a worker without a leader stops.",
  expectation: "always",
  wants: {
    disks: ["coord"],
    processes: true,
    frames: [...wordsOfLeader(), "broker.fetch", "broker.produce"],
  },
  begin: setting => new Leadership(setting),
};

/** Requests to a worker, and replies to what it asked. */
function wordsOfLeader(): readonly string[] {
  return [
    "worker.register",
    "worker.heartbeat",
    "task.deploy",
    "task.cancel",
    "checkpoint.trigger",
    "checkpoint.complete",
    "checkpoint.abort",
  ];
}

/** What one worker process has heard, and what it goes on asking although it should not. */
interface Worker {
  heardAtUs: number;
  paused: boolean;
  /** Stream (`fetch payments/0`) → rounds since it should have stopped. */
  readonly rounds: Map<string, { count: number; answered: boolean }>;
}

class Leadership implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #silenceUsMax: number;
  readonly #workers = new Map<string, Worker>();

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
    const { heartbeatTimeoutMs = 0, heartbeatIntervalMs = 0, rpcTimeoutMs = 0 } = setting.knobs;
    // Its last heartbeat may have been answered at once, and the answer to the next one is waited for.
    this.#silenceUsMax = (heartbeatTimeoutMs + 2 * heartbeatIntervalMs + rpcTimeoutMs) * 1000;
  }

  on(observation: Observation): Violation | undefined {
    switch (observation.kind) {
      case "disk":
        return this.#applied(this.#record.see(observation));
      case "frame":
        return this.#frame(observation);
      case "process":
        return this.#process(observation);
      case "machine":
        return undefined;
    }
  }

  end(): readonly Violation[] {
    return [];
  }

  #applied(steps: readonly RecordStep[]): Violation | undefined {
    for (const step of steps) {
      if (step.kind === "leader") {
        const { before, role } = step;
        if (before === undefined || role === undefined || before === role) continue;
        return {
          claim: "FO-1",
          where: "coordinator",
          message: `${role} took the leadership of ${before}, whose session had not ended`,
        };
      }
      if (step.writer === undefined) continue;
      this.checked++;
      if (step.writer === step.leader) continue;
      const leads = step.leader === 0 ? "nobody led" : `the leader's token was ${step.leader}`;
      return {
        claim: "FO-1",
        where: "coordinator",
        message: `a write of the ${step.kind} by leader ${step.writer} was applied while ${leads}`,
      };
    }
    return undefined;
  }

  #process({ role, what, atUs }: Extract<Observation, { kind: "process" }>): undefined {
    if (!role.startsWith("tm")) return;
    if (what === "started") this.#workers.set(role, { heardAtUs: atUs, paused: false, rounds: new Map() });
    const worker = this.#workers.get(role);
    if (worker === undefined) return;
    if (what === "paused") worker.paused = true;
    if (what !== "resumed") return;
    // While it was paused it could not know; it has all its time again.
    worker.paused = false;
    this.#heard(worker, atUs);
  }

  #frame(observation: FrameObservation): Violation | undefined {
    const { from, to, frame, atUs } = observation;
    const receiver = this.#workers.get(to);
    if (receiver !== undefined) {
      if (from.startsWith("jm")) this.#heard(receiver, atUs);
      else if (frame.type === "reply") for (const round of receiver.rounds.values()) round.answered = true;
      return undefined;
    }
    const sender = this.#workers.get(from);
    if (sender === undefined || frame.type !== "request" || !frame.method.startsWith("broker.")) return undefined;
    this.checked++;
    if (sender.paused || atUs - sender.heardAtUs <= this.#silenceUsMax) return undefined;
    return this.#askedAlone(sender, observation);
  }

  #askedAlone(worker: Worker, { from, frame, atUs }: FrameObservation): Violation | undefined {
    const { topic, partition } = frame.body() as { readonly topic?: unknown; readonly partition?: unknown };
    const stream = `${frame.method} ${String(topic)}/${String(partition)}`;
    const round = worker.rounds.get(stream);
    if (round === undefined) worker.rounds.set(stream, { count: 1, answered: false });
    else if (round.answered) {
      round.answered = false;
      if (++round.count > ROUNDS_MAX) {
        const silentMs = Math.floor((atUs - worker.heardAtUs) / 1000);
        return {
          claim: "FO-1",
          where: from,
          message: `${from} has heard no leader for ${silentMs} ms and still asks for ${stream}`,
        };
      }
    }
    return undefined;
  }

  #heard(worker: Worker, atUs: number): void {
    worker.heardAtUs = atUs;
    worker.rounds.clear();
  }
}

/** One round may have been under way, one more may end while timers wait behind received data. */
const ROUNDS_MAX = 2;
