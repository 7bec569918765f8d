import type { JobGraph } from "../../runtime/graph/job-graph.ts";

/** How many subtasks each operator of the job has: those that a fault may have as its target, chained ones too. */
export function subtasksOf({ vertices }: JobGraph): ReadonlyMap<string, number> {
  return new Map(
    vertices.flatMap(({ operators, parallelism }) => operators.map(({ node }) => [node.name, parallelism] as const)),
  );
}
