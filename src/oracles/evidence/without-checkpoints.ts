import type { LogicalGraph } from "../../runtime/graph/logical-graph.ts";

/**
 * Why a claim about checkpoints and commits does not judge this job; undefined: it takes checkpoints. The sinks of one that
 * takes none commit at the end of the input.
 */
export function withoutCheckpoints({ checkpointing }: LogicalGraph): string | undefined {
  return checkpointing === undefined
    ? "the job takes no checkpoints (env.enableCheckpointing), and its sinks commit at the end of the input"
    : undefined;
}
