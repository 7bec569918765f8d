import { buildJobGraph, type JobGraph } from "../../runtime/graph/job-graph.ts";
import type { LogicalGraph } from "../../runtime/graph/logical-graph.ts";
import type { Setting } from "../oracle.ts";

/**
 * What the job consists of, for claims that read names, sinks and parallelism of it: one graph serves them all. Whoever
 * calls the job's functions makes a graph of its own (`Setting.graph`), since a function may keep what it has seen.
 */
export function jobStructure(setting: Setting): LogicalGraph {
  return setting.evidence.of(jobStructure, setting.graph);
}

/** The same in vertices. */
export function jobVertices(setting: Setting): JobGraph["vertices"] {
  return setting.evidence.of(jobVertices, () => buildJobGraph(jobStructure(setting)).vertices);
}
