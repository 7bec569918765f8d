import { describeJob } from "../runtime/graph/compile-job.ts";
import type { LogicalGraph } from "../runtime/graph/logical-graph.ts";
import type { Case } from "./case.ts";
import type { Actors } from "./world.ts";

export { roleFolder } from "../roles/role-table.ts";

/** The job of a case as its author wrote it, made anew: nothing woven in, nothing shared with any process. */
export function graphOf({ job, params }: Pick<Actors, "job" | "params">, { topology }: Case): LogicalGraph {
  return describeJob(job, params, { parallelism: topology.parallelism });
}
