import { compileJob } from "../graph/compile-job.ts";
import type { JobGraph } from "../graph/job-graph.ts";
import type { JobReference } from "../task/task-contract.ts";
import type { JobLoader } from "./cluster-config.ts";

/** Builds the job anew and holds it against the hash that it was submitted with: a process with other code refuses it. */
export function loadGraph(jobs: JobLoader, reference: JobReference, parallelism: number): JobGraph {
  const graph = compileJob(jobs(reference), reference.params, { parallelism });
  if (graph.hash !== reference.graphHash) {
    throw new Error(
      `job ${reference.name} of ${reference.module} has graph ${graph.hash} here, but was submitted with ${reference.graphHash}`,
    );
  }
  return graph;
}
