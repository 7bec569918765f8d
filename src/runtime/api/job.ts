import { callerModule } from "./caller-module.ts";
import type { LogicalGraph } from "../graph/logical-graph.ts";
import type { StreamExecutionEnvironment } from "./environment.ts";

/**
 * A job as its author exports it: a name and a pure factory. Every process calls the factory for itself, so that
 * nothing but name, module path and parameters ever travels, and a restart shares nothing with the life before it.
 */
export interface Job<P extends Params = Params> {
  readonly name: string;
  /** Absolute path of the module that exports it. */
  readonly module: string;
  factory(env: StreamExecutionEnvironment, params: P): void;
  /**
   * Rewrites the graph that the factory made, in every process alike: the seam by which tracing, metrics or a fault wrap an
   * author's functions without the author's help. It must keep nodes, edges and names as they are.
   */
  readonly weave?: (graph: LogicalGraph) => LogicalGraph;
}

export type JobFactory<P extends Params> = (env: StreamExecutionEnvironment, params: P) => void;

/** Plain JSON. */
export type Params = Readonly<Record<string, unknown>>;

/**
 * Declares a job: `export const balances = job("balances", (env, params: { minCents: number }) => { … })`.
 * The factory must be pure: no clock, no files, no state of the module.
 */
export function job<P extends Params = Params>(name: string, factory: JobFactory<P>): Job<P> {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new Error(`A job's name is kebab-case, like "word-count"; got ${JSON.stringify(name)}.`);
  }
  return { name, module: callerModule(1), factory };
}
