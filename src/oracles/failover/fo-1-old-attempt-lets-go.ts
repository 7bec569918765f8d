import { cancelReply, cancelTasks, deployTasks, heartbeat, taskStateChanged } from "../../runtime/cluster/messages.ts";
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
  /** Leader and registration → executions that it has not said to be gone, by their attempts. */
  readonly #held = new Map<string, Map<string, number>>();
  /** `connection/call` of a cancel → the registration that is to answer, and up to which attempt. */
  readonly #cancels = new Map<string, { readonly owner: string; readonly attempt: number }>();

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
        this.#cancels.set(call, { owner: ownerOf(token, worker), attempt });
        return undefined;
      }
      case "task.state": {
        const { token, worker, execution, state } = taskStateChanged(frame.body(), frame.method);
        if (isOver(state)) this.#held.get(ownerOf(token, worker))?.delete(execution);
        return undefined;
      }
      case "worker.heartbeat": {
        const { token, worker, canceledUpTo, tasks } = heartbeat(frame.body(), frame.method);
        const owner = ownerOf(token, worker);
        for (const { execution, state } of tasks) if (isOver(state)) this.#held.get(owner)?.delete(execution);
        this.#letGo(owner, canceledUpTo, new Set(tasks.map(({ execution }) => execution)));
      }
    }
    return undefined;
  }

  #deployed(to: string, body: unknown): Violation | undefined {
    const { token, worker, attempt, tasks } = deployTasks(body, "task.deploy");
    const owner = ownerOf(token, worker);
    let held = this.#held.get(owner);
    if (held === undefined) this.#held.set(owner, (held = new Map()));
    const left = [...held].find(([, of]) => of < attempt);
    this.checked++;
    for (const { execution } of tasks) held.set(execution, attempt);
    if (attempt > this.#record.attempts) {
      const message = `attempt ${attempt} was deployed on ${to} before the coordination service had counted it`;
      return { claim: "FO-1", where: "coordinator", message };
    }
    if (left === undefined) return undefined;
    held.delete(left[0]);
    return {
      claim: "FO-1",
      where: "coordinator",
      message: `attempt ${attempt} was deployed on ${to}, which had not said that it has let go of ${left[0]}`,
    };
  }

  #canceled(call: string, body: unknown): void {
    const cancel = this.#cancels.get(call);
    this.#cancels.delete(call);
    if (cancel !== undefined)
      this.#letGo(cancel.owner, cancel.attempt, new Set(cancelReply(body, "task.cancel").remaining));
  }

  #letGo(owner: string, upTo: number, living: ReadonlySet<string>): void {
    const held = this.#held.get(owner);
    for (const [execution, attempt] of held ?? [])
      if (attempt <= upTo && !living.has(execution)) held!.delete(execution);
  }
}

function ownerOf(token: number, worker: string): string {
  return `${token} ${worker}`;
}

function isOver(state: string): boolean {
  return state === "finished" || state === "failed" || state === "canceled";
}
