import type { TaskDeployment } from "../../runtime/task/task-contract.ts";
import { JOB, type MadeHistory } from "./made-history.ts";

/** Deploys subtasks of one attempt on a worker, as its leader would: `deploy(history, "tm0", ["amounts[0]#1"])`. */
export function deploy(history: MadeHistory, worker: string, tasks: readonly MadeTask[], token = 1): void {
  const deployments = tasks.map(task => {
    const [execution, inputs] = typeof task === "string" ? [task, []] : task;
    return deploymentOf(execution, inputs);
  });
  history.request("task.deploy", "jm0", worker, {
    token,
    worker: `${worker}-1`,
    attempt: deployments[0]!.attempt,
    tasks: deployments,
  });
}

/** An execution, or one with its producers and where each runs. */
export type MadeTask = string | readonly [execution: string, producers: readonly (readonly [string, string])[]];

function deploymentOf(execution: string, producers: readonly (readonly [string, string])[]): TaskDeployment {
  const [, vertex, subtask, attempt] = /^(.*)\[(\d+)\]#(\d+)$/.exec(execution)!;
  return {
    job: { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" },
    execution,
    vertex: vertex!,
    subtask: Number(subtask),
    attempt: Number(attempt),
    parallelism: 2,
    maxParallelism: 128,
    restoredCheckpoint: 0,
    inputs:
      producers.length === 0
        ? []
        : [{ edge: "e", channels: producers.map(([producer, at]) => ({ producer, address: `${at}:data` })) }],
    outputs: [],
    restore: [],
  };
}
