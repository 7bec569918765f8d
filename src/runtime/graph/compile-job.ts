import { StreamExecutionEnvironment } from "../api/environment.ts";
import type { Job, Params } from "../api/job.ts";
import { type GraphDefaults, GraphDraft } from "./graph-draft.ts";
import { buildJobGraph, type JobGraph } from "./job-graph.ts";
import type { LogicalGraph } from "./logical-graph.ts";

/** Calls the job's factory: what the author wrote, as a graph with functions of its own. */
export function describeJob(job: Job, params: unknown, defaults: GraphDefaults): LogicalGraph {
  const draft = new GraphDraft(job.name, defaults);
  job.factory(new StreamExecutionEnvironment(draft), (params ?? {}) as Params);
  const graph = draft.finish();
  return job.weave?.(graph) ?? graph;
}

/**
 * The job graph, made anew. Function objects may have fields, so a worker compiles the job for every subtask that it
 * starts: two subtasks in one process then share nothing.
 */
export function compileJob(job: Job, params: unknown, defaults: GraphDefaults): JobGraph {
  return buildJobGraph(describeJob(job, params, defaults));
}
