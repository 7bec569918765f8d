import type { JobVertex } from "../graph/job-graph.ts";
import type { Shuffle } from "./shuffle.ts";
import { Subtask } from "./subtask.ts";
import type { RunningTask, TaskEnvironment } from "./task-contract.ts";

/**
 * Starts one subtask attempt: its outputs can be requested when this returns; everything else is told through the
 * environment. The vertex must have been compiled for this attempt alone: its function objects become the attempt's own.
 */
export function startTask(environment: TaskEnvironment, vertex: JobVertex, shuffle: Shuffle): RunningTask {
  const { deployment } = environment;
  if (deployment.vertex !== vertex.id || deployment.parallelism !== vertex.parallelism) {
    throw new Error(
      `${deployment.execution} was deployed with another graph: this one has ${vertex.id} × ${vertex.parallelism}.`,
    );
  }
  const subtask = new Subtask(environment, vertex, shuffle);
  subtask.start();
  return subtask;
}
