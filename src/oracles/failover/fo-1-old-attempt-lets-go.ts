import {
  cancelReply,
  cancelTasks,
  deployTasks,
  heartbeat,
  taskStateChanged,
  type TaskReport,
} from "../../runtime/cluster/messages.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * FO-1, its half about attempts: a subtask is not deployed beside an older attempt of itself. Fences keep two of them
 * apart at the sinks; this says that there are not two.
 *
 * Reads: what a leader deploys on a worker, and what that worker has said to it of earlier attempts: states, answers to
 * cancels, heartbeats. Before a worker gets a new attempt it must have said that it has let go of all the older ones. And
 * the coordination service's log: an attempt that is not counted there could be taken again by the next leader.
 *
 * That an attempt is cancelled is a word for ever: a deployment of it that comes later, overtaken by the cancel on another
 * connection, is refused and holds nothing. It was held against the leader until a storm had one wait for 900 ms; a
 * worker that begins it all the same says so, and then it counts.
 *
 * Left out — workers that were lost in between: they register anew, and are told apart by that. What a worker still
 * holds of which it says that it has let go: SK-1 and SK-4 see what it then does.
 */
export const oldAttemptLetsGo: Oracle = {
  id: "FO-1",
  sentence: "No attempt is deployed before it is counted, nor on a worker that has not let go of the older ones.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["task.deploy", "task.cancel", "task.state", "worker.heartbeat"] },
  begin: setting => new Deployments(setting),
};

class Deployments implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  /** By leader and registration. */
  readonly #workers = new Map<string, Holdings>();
  /** `connection/call` of a cancel → the worker that is to answer, and up to which attempt. */
  readonly #cancels = new Map<string, { readonly worker: Holdings; readonly attempt: number }>();

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "disk") this.#record.see(observation);
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame({ to, frame, connection }: FrameObservation): Violation | undefined {
    const call = `${connection}/${frame.call}`;
    if (frame.type === "reply" && frame.method === "task.cancel") this.#canceled(call, frame.body());
    if (frame.type !== "request") return undefined;
    switch (frame.method) {
      case "task.deploy":
        return this.#deployed(to, frame.body());
      case "task.cancel": {
        const { token, worker, attempt } = cancelTasks(frame.body(), frame.method);
        this.#cancels.set(call, { worker: this.#worker(token, worker), attempt });
        return undefined;
      }
      case "task.state": {
        const { token, worker, ...report } = taskStateChanged(frame.body(), frame.method);
        this.#worker(token, worker).reported(report);
        return undefined;
      }
      case "worker.heartbeat": {
        const { token, worker, canceledUpTo, tasks } = heartbeat(frame.body(), frame.method);
        const holdings = this.#worker(token, worker);
        for (const report of tasks) holdings.reported(report);
        holdings.canceled(canceledUpTo, new Set(tasks.map(({ execution }) => execution)));
      }
    }
    return undefined;
  }

  #deployed(to: string, body: unknown): Violation | undefined {
    const { token, worker, attempt, tasks } = deployTasks(body, "task.deploy");
    const left = this.#worker(token, worker).deployed(
      attempt,
      tasks.map(({ execution }) => execution),
    );
    this.checked++;
    if (attempt > this.#record.attempts) {
      const message = `attempt ${attempt} was deployed on ${to} before the coordination service had counted it`;
      return { claim: "FO-1", where: "coordinator", message };
    }
    if (left === undefined) return undefined;
    return {
      claim: "FO-1",
      where: "coordinator",
      message: `attempt ${attempt} was deployed on ${to}, which had not said that it has let go of ${left}`,
    };
  }

  #canceled(call: string, body: unknown): void {
    const cancel = this.#cancels.get(call);
    this.#cancels.delete(call);
    cancel?.worker.canceled(cancel.attempt, new Set(cancelReply(body, "task.cancel").remaining));
  }

  #worker(token: number, id: string): Holdings {
    const name = `${token} ${id}`;
    let worker = this.#workers.get(name);
    if (worker === undefined) this.#workers.set(name, (worker = new Holdings()));
    return worker;
  }
}

/** What one worker may hold, by what it has told one leader. */
class Holdings {
  /** Executions that it has not said to be gone, by their attempts. */
  readonly #held = new Map<string, number>();
  /** Those of attempts that it had cancelled before they came. */
  readonly #refused = new Map<string, number>();
  #canceledUpTo = 0;

  /** An execution of an older attempt that it still holds: told once. */
  deployed(attempt: number, executions: readonly string[]): string | undefined {
    const older = [...this.#held].find(([, of]) => of < attempt)?.[0];
    const comes = attempt > this.#canceledUpTo ? this.#held : this.#refused;
    for (const execution of executions) comes.set(execution, attempt);
    if (older !== undefined) this.#held.delete(older);
    return older;
  }

  reported({ execution, state }: TaskReport): void {
    const refused = this.#refused.get(execution);
    if (isOver(state)) this.#held.delete(execution);
    else if (refused !== undefined) this.#held.set(execution, refused);
  }

  /** Of these attempts it holds the living, and for ever no others. */
  canceled(upTo: number, living: ReadonlySet<string>): void {
    this.#canceledUpTo = Math.max(this.#canceledUpTo, upTo);
    for (const [execution, attempt] of this.#held)
      if (attempt <= upTo && !living.has(execution)) this.#held.delete(execution);
  }
}

function isOver(state: string): boolean {
  return state === "finished" || state === "failed" || state === "canceled";
}
