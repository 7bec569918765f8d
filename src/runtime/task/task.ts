import type { JobVertex } from "../graph/job-graph.ts";
import type { Shuffle } from "./shuffle.ts";
import type { RunningTask, TaskEnvironment } from "./task-contract.ts";

/** Starts one subtask attempt. */
export function startTask(environment: TaskEnvironment, vertex: JobVertex, _shuffle: Shuffle): RunningTask {
  throw new Error(`${environment.deployment.execution}: ${vertex.id} cannot be started yet`);
}
