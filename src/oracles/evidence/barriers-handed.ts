import {
  acknowledgeCheckpoint,
  checkpointEnded,
  deployTasks,
  triggerCheckpoint,
} from "../../runtime/cluster/messages.ts";
import type { FrameObservation } from "../../sim/observation.ts";

/**
 * How far each checkpoint's barriers can have come in the attempt that was deployed last, as frames tell: triggers to
 * sources, barriers and ends of channels between workers. It owns who reads from whom and what each may know by now;
 * what must not have happened yet is for the claims to say.
 *
 * Channels within one worker pass no device. Of such a producer it is told what it can have sent: a source nothing
 * before its trigger, any other nothing before all of its own inputs. So nobody is ever said to lack a barrier that he has.
 */
export class BarriersHanded {
  #attempt = 0;
  #tasks = new Map<string, DeployedTask>();
  /** Worker → newest checkpoint of this attempt of which it was told that it came to nothing. */
  readonly #aborted = new Map<string, number>();

  task(execution: string): DeployedTask | undefined {
    return this.#tasks.get(execution);
  }

  /** Whether the worker that runs it knows that this checkpoint, or a later one, is not to be. */
  wasAborted({ worker }: DeployedTask, checkpoint: number): boolean {
    return (this.#aborted.get(worker) ?? 0) >= checkpoint;
  }

  /** An input on which the barrier of this checkpoint, or of a later one, cannot have come yet. */
  lacking(task: DeployedTask, checkpoint: number): TaskChannel | undefined {
    return task.inputs.find(input => !this.#mayHave(input, checkpoint));
  }

  /** Whether it can have sent the barrier of this checkpoint, or of a later one. */
  maySend(execution: string, checkpoint: number): boolean {
    const task = this.#tasks.get(execution);
    if (task === undefined || task.finished) return true;
    return task.inputs.length === 0 ? task.triggered >= checkpoint : this.lacking(task, checkpoint) === undefined;
  }

  /** Whether the barrier of a later checkpoint can have come on any input. */
  mayKnowLater(task: DeployedTask, checkpoint: number): boolean {
    return task.inputs.some(input => !input.ended && this.#mayHave(input, checkpoint + 1));
  }

  see({ to, frame }: FrameObservation): void {
    if (frame.type !== "request") return;
    switch (frame.method) {
      case "task.deploy": {
        const { attempt, tasks } = deployTasks(frame.body(), frame.method);
        if (attempt < this.#attempt) return;
        if (attempt > this.#attempt) this.#begin(attempt);
        for (const { execution, vertex, inputs } of tasks) {
          const channels = inputs.flatMap(({ edge, channels: of }) =>
            of.map(({ producer, address }): TaskChannel => ({
              edge,
              producer,
              isLocal: address.startsWith(`${to}:`),
              barrier: 0,
              ended: false,
            })),
          );
          if (!this.#tasks.has(execution))
            this.#tasks.set(execution, { vertex, worker: to, inputs: channels, triggered: 0, finished: false });
        }
        return;
      }
      case "checkpoint.trigger": {
        const { checkpoint, executions } = triggerCheckpoint(frame.body(), frame.method);
        for (const execution of executions) {
          const task = this.#tasks.get(execution);
          if (task !== undefined) task.triggered = Math.max(task.triggered, checkpoint);
        }
        return;
      }
      case "checkpoint.abort": {
        const { attempt, checkpoint } = checkpointEnded(frame.body(), frame.method);
        if (attempt === this.#attempt) this.#aborted.set(to, Math.max(this.#aborted.get(to) ?? 0, checkpoint));
        return;
      }
      case "checkpoint.acknowledge": {
        // It ends when it knows that such a checkpoint is complete, and not before its leader has that snapshot.
        const { execution, snapshot } = acknowledgeCheckpoint(frame.body(), frame.method);
        const task = this.#tasks.get(execution);
        if (task !== undefined && snapshot.finished) task.finished = true;
      }
    }
  }

  #begin(attempt: number): void {
    this.#attempt = attempt;
    this.#tasks = new Map();
    this.#aborted.clear();
  }

  #mayHave({ isLocal, producer, barrier, ended }: TaskChannel, checkpoint: number): boolean {
    return isLocal ? this.maySend(producer, checkpoint) : ended || barrier >= checkpoint;
  }
}

export interface DeployedTask {
  readonly vertex: string;
  /** Role of its worker. */
  readonly worker: string;
  readonly inputs: readonly TaskChannel[];
  /** Newest checkpoint of which it was told to send barriers by itself. */
  triggered: number;
  /** Some snapshot of it was taken behind the end of its input: it may end, and its channels with it. */
  finished: boolean;
}

export interface TaskChannel {
  readonly edge: string;
  readonly producer: string;
  /** Both ends are in one worker. */
  readonly isLocal: boolean;
  /** Newest barrier that its consumer's worker was handed. */
  barrier: number;
  ended: boolean;
}

/** What it wants to see. */
export const framesOfBarriers = ["task.deploy", "checkpoint.trigger", "checkpoint.abort", "checkpoint.acknowledge"];
