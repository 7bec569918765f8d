import type {
  FilterFunction,
  FlatMapFunction,
  KeyedProcessFunction,
  MapFunction,
  ProcessFunction,
  ReduceFunction,
} from "../api/functions.ts";
import type { Key, KeySelector } from "../api/key.ts";
import type { Sink } from "../api/sink.ts";
import type { Source } from "../api/source.ts";
import type { WatermarkStrategy } from "../api/watermarks.ts";

/**
 * The logical graph: what the author's factory said, as data with the author's functions in it. It owns the words;
 * api/ builds it, job-graph.ts chains it, and the reference executor interprets it as it stands.
 *
 * Nodes stand in topological order, which is the order in which the author wrote them.
 */
export interface LogicalGraph {
  readonly job: string;
  readonly nodes: readonly LogicalNode[];
  readonly edges: readonly LogicalEdge[];
  /** Undefined: the job takes no checkpoints. */
  readonly checkpointing: CheckpointOptions | undefined;
  /** Undefined: the cluster's own. */
  readonly restartStrategy: RestartStrategyOptions | undefined;
}

export interface LogicalNode {
  /** Index in `nodes`. */
  readonly id: number;
  /** State is found again by it after a restore. */
  readonly uid: string;
  /** Unique within the graph. */
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** False: the node begins a vertex of its own and nothing is chained behind it. */
  readonly chainable: boolean;
  readonly operator: Operator;
}

/** The author's functions are typed where they are written (api/); behind it they are functions of unknown. */
export type Operator =
  | { readonly kind: "source"; readonly source: Source<unknown>; readonly watermarks: WatermarkStrategy<unknown> }
  | { readonly kind: "map"; readonly function: MapFunction<unknown, unknown> }
  | { readonly kind: "filter"; readonly function: FilterFunction<unknown> }
  | { readonly kind: "flat-map"; readonly function: FlatMapFunction<unknown, unknown> }
  | { readonly kind: "process"; readonly function: ProcessFunction<unknown, unknown> }
  | { readonly kind: "reduce"; readonly key: KeySelector<unknown>; readonly function: ReduceFunction<unknown> }
  | {
      readonly kind: "keyed-process";
      readonly key: KeySelector<unknown>;
      readonly function: KeyedProcessFunction<Key, unknown, unknown>;
    }
  | { readonly kind: "sink"; readonly sink: Sink<unknown> };

export interface LogicalEdge {
  readonly from: number;
  readonly to: number;
  readonly partitioning: Partitioning;
}

export type Partitioning =
  /** Subtask i to subtask i. */
  | { readonly kind: "forward" }
  /** Round robin over all consumers. */
  | { readonly kind: "rebalance" }
  /** To the owner of the key's group. */
  | { readonly kind: "hash"; readonly key: KeySelector<unknown> };

export interface CheckpointOptions {
  readonly intervalMs: number;
  readonly mode: "exactly-once";
  readonly timeoutMs: number;
  readonly minPauseMs: number;
  readonly tolerableFailures: number;
}

export type RestartStrategyOptions =
  { readonly kind: "none" } | { readonly kind: "fixed-delay"; readonly restartsMax: number; readonly delayMs: number };

/** The state in which `reduce` keeps its value: part of the format of checkpoints. */
export const reduceStateName = "reduce";
