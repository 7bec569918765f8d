import type { RunningTask, TaskDeployment, TaskEnvironment } from "../task/task-contract.ts";
import type { TaskReport } from "./messages.ts";
import type { WorkerTask } from "./worker-task.ts";

/**
 * The subtasks of one worker. It owns which attempts may be here: an attempt that was cancelled is never deployed again,
 * however late its deployment arrives.
 */
export class TaskTable {
  readonly #make: (deployment: TaskDeployment) => WorkerTask;
  readonly #begin: (environment: TaskEnvironment) => RunningTask;
  readonly #tasks = new Map<string, WorkerTask>();
  #canceledUpTo = 0;
  #emptied: (() => void)[] = [];

  constructor(make: (deployment: TaskDeployment) => WorkerTask, begin: (environment: TaskEnvironment) => RunningTask) {
    this.#make = make;
    this.#begin = begin;
  }

  get canceledUpTo(): number {
    return this.#canceledUpTo;
  }

  /** False says that the attempt was cancelled before it came. A repeated deployment changes nothing. */
  deploy(attempt: number, deployments: readonly TaskDeployment[]): boolean {
    if (attempt <= this.#canceledUpTo) return false;
    this.cancelUpTo(attempt - 1);
    for (const deployment of deployments) {
      if (this.#tasks.has(deployment.execution)) continue;
      const task = this.#make(deployment);
      this.#tasks.set(deployment.execution, task);
      task.start(this.#begin);
    }
    return true;
  }

  /** Cancels all subtasks of these attempts, now and for ever; returns those that have not let go yet. */
  cancelUpTo(attempt: number): string[] {
    this.#canceledUpTo = Math.max(this.#canceledUpTo, attempt);
    const remaining: string[] = [];
    for (const [name, task] of this.#tasks) {
      if (task.deployment.attempt > attempt) continue;
      task.cancel();
      if (task.ended) this.#tasks.delete(name);
      else remaining.push(name);
    }
    return remaining;
  }

  /** Resolves when every subtask has let go. */
  async cancelAll(): Promise<void> {
    for (const task of this.#tasks.values()) task.cancel();
    if (this.#live()) await new Promise<void>(resolve => this.#emptied.push(resolve));
    this.#tasks.clear();
  }

  /** To be called when a subtask has ended. */
  taskEnded(): void {
    if (!this.#live()) for (const resolve of this.#emptied.splice(0)) resolve();
  }

  get(execution: string): WorkerTask | undefined {
    return this.#tasks.get(execution);
  }

  of(attempt: number): WorkerTask[] {
    return [...this.#tasks.values()].filter(task => task.deployment.attempt === attempt);
  }

  reports(): TaskReport[] {
    return [...this.#tasks.values()].map(task => task.report());
  }

  #live(): boolean {
    for (const task of this.#tasks.values()) if (!task.ended) return true;
    return false;
  }
}
