import { graphHash } from "./graph-hash.ts";
import type {
  CheckpointOptions,
  LogicalEdge,
  LogicalGraph,
  LogicalNode,
  Partitioning,
  RestartStrategyOptions,
} from "./logical-graph.ts";

/**
 * The job graph: operators chained into vertices, each of which runs as `parallelism` subtasks. It owns chaining and
 * the names of vertices and edges; who runs where is the cluster's.
 *
 * Two operators are chained where a forward edge is the only input of the second, both have the same parallelism, and
 * neither refuses. The order of vertices and edges is the author's, in every process the same.
 */
export interface JobGraph {
  readonly job: string;
  /** Of structure only: names, uids, kinds, parallelism, edges; functions are not seen. */
  readonly hash: string;
  readonly vertices: readonly JobVertex[];
  readonly edges: readonly JobEdge[];
  readonly checkpointing: CheckpointOptions | undefined;
  readonly restartStrategy: RestartStrategyOptions | undefined;
}

export interface JobVertex {
  /** The name of its first operator; subtask i is called `id[i]`. */
  readonly id: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** The first is the head, which reads the inputs (or is a source); each stands behind the one that feeds it. */
  readonly operators: readonly ChainedOperator[];
  readonly inputs: readonly JobEdge[];
  readonly outputs: readonly JobEdge[];
  /** The job takes checkpoints: the end of input then waits for one. */
  readonly checkpointed: boolean;
}

export interface ChainedOperator {
  readonly node: LogicalNode;
  /** Indices in the vertex' `operators` of those that are fed directly. */
  readonly chained: readonly number[];
  /** Indices in the vertex' `outputs`. */
  readonly outputs: readonly number[];
}

export interface JobEdge {
  /** `payments>count`: unique. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly partitioning: Partitioning;
}

export function buildJobGraph(logical: LogicalGraph): JobGraph {
  const headOf = headsOf(logical);
  const edges = nameEdges(logical, headOf);
  const heads = logical.nodes.filter(node => headOf[node.id] === node);
  const vertices = heads.map(head => buildVertex(logical, head, headOf, edges));
  return {
    job: logical.job,
    hash: graphHash(logical),
    vertices,
    edges: [...edges.values()],
    checkpointing: logical.checkpointing,
    restartStrategy: logical.restartStrategy,
  };
}

/** Subtasks of the producing vertex that feed this subtask, in the order of `InputEdge.channels`. */
export function producersOf(edge: JobEdge, producerParallelism: number, subtask: number): readonly number[] {
  return edge.partitioning.kind === "forward" ? [subtask] : Array.from({ length: producerParallelism }, (_, i) => i);
}

/** Subtasks of the consuming vertex that this subtask feeds, in the order of `OutputEdge.channels`. */
export function consumersOf(edge: JobEdge, consumerParallelism: number, subtask: number): readonly number[] {
  return edge.partitioning.kind === "forward" ? [subtask] : Array.from({ length: consumerParallelism }, (_, i) => i);
}

/** The edge over which the node is chained to its producer, if it is. */
function chainingInput(logical: LogicalGraph, node: LogicalNode): LogicalEdge | undefined {
  const inputs = logical.edges.filter(edge => edge.to === node.id);
  const only = inputs[0];
  if (inputs.length !== 1 || only === undefined || only.partitioning.kind !== "forward") return undefined;
  return node.chainable && logical.nodes[only.from]!.chainable ? only : undefined;
}

/** By the id of a node: the head of the vertex that it belongs to. A node stands behind those that feed it. */
function headsOf(logical: LogicalGraph): readonly LogicalNode[] {
  const heads: LogicalNode[] = [];
  for (const node of logical.nodes) {
    const input = chainingInput(logical, node);
    heads.push(input === undefined ? node : heads[input.from]!);
  }
  return heads;
}

function nameEdges(logical: LogicalGraph, headOf: readonly LogicalNode[]): Map<LogicalEdge, JobEdge> {
  const edges = new Map<LogicalEdge, JobEdge>();
  const ids = new Set<string>();
  for (const edge of logical.edges) {
    const to = logical.nodes[edge.to]!;
    if (headOf[to.id] !== to) continue;
    const from = headOf[edge.from]!;
    const plain = `${from.name}>${to.name}`;
    let id = plain;
    for (let i = 2; ids.has(id); i++) id = `${plain}-${i}`;
    ids.add(id);
    edges.set(edge, { id, from: from.name, to: to.name, partitioning: edge.partitioning });
  }
  return edges;
}

function buildVertex(
  logical: LogicalGraph,
  head: LogicalNode,
  headOf: readonly LogicalNode[],
  edges: ReadonlyMap<LogicalEdge, JobEdge>,
): JobVertex {
  const members = logical.nodes.filter(node => headOf[node.id] === head);
  const outputs = logical.edges.filter(edge => edges.has(edge) && headOf[edge.from] === head);
  const operators = members.map(node => {
    const out = logical.edges.filter(edge => edge.from === node.id);
    return {
      node,
      chained: out.filter(edge => !edges.has(edge)).map(edge => members.indexOf(logical.nodes[edge.to]!)),
      outputs: out.filter(edge => edges.has(edge)).map(edge => outputs.indexOf(edge)),
    };
  });
  return {
    id: head.name,
    parallelism: head.parallelism,
    maxParallelism: head.maxParallelism,
    operators,
    inputs: logical.edges.filter(edge => edge.to === head.id).map(edge => edges.get(edge)!),
    outputs: outputs.map(edge => edges.get(edge)!),
    checkpointed: logical.checkpointing !== undefined,
  };
}
