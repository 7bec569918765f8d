import { checkpointEnded, triggerCheckpoint } from "../../runtime/cluster/messages.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import { attemptOf } from "../evidence/execution-name.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-11: Every task that was triggered for an aborted checkpoint learns of it, or sees a newer barrier, or its attempt
 * ends; one that was not triggered ignores it.
 *
 * Reads: what one job manager tells one worker on one connection, where nothing overtakes: between two triggers of one
 * attempt comes the abort of the first, unless that is complete. So whoever waits for its barriers is released at
 * once, and not by the next barrier alone.
 *
 * Left out — plans that lose or delay single messages: an abort is told once, and what is lost of it the newer barrier
 * tells. Connections that ended in between, for the same reason. That an abort for another is ignored: FO-5.
 */
export const abortsAreTold: Oracle = {
  id: "CC-11",
  sentence: "Between two triggers a worker is told that the first one's checkpoint came to nothing, if it did.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["checkpoint.trigger", "checkpoint.abort"] },
  begin: setting => new Aborts(setting),
};

interface Told {
  readonly connection: number;
  /** Leader and attempt. */
  readonly owner: string;
  readonly checkpoint: number;
  aborted: boolean;
}

class Aborts implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #judges: boolean;
  /** Worker → its last trigger. */
  readonly #last = new Map<string, Told>();

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
    this.#judges = setting.messagesGoAstray !== true;
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "disk") this.#record.see(observation);
    return observation.kind === "frame" && observation.frame.type === "request" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame({ to, connection, frame }: FrameObservation): Violation | undefined {
    const last = this.#last.get(to);
    if (frame.method === "checkpoint.abort") {
      const { checkpoint } = checkpointEnded(frame.body(), frame.method);
      if (last?.checkpoint === checkpoint && last.connection === connection) last.aborted = true;
      return undefined;
    }
    const { token, checkpoint, executions } = triggerCheckpoint(frame.body(), frame.method);
    const owner = `${token} ${attemptOf(executions[0] ?? "")}`;
    this.#last.set(to, { connection, owner, checkpoint, aborted: false });
    if (!this.#judges || last === undefined || last.connection !== connection || last.owner !== owner) return undefined;
    if (last.checkpoint >= checkpoint || this.#record.byId(last.checkpoint) !== undefined) return undefined;
    this.checked++;
    if (last.aborted) return undefined;
    const message = `${to} was triggered for checkpoint ${checkpoint} and never told that checkpoint ${last.checkpoint} had come to nothing`;
    return { claim: "CC-11", where: "coordinator", message };
  }
}
