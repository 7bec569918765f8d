import type {
  CheckpointOptions,
  LogicalEdge,
  LogicalGraph,
  LogicalNode,
  Operator,
  Partitioning,
  RestartStrategyOptions,
} from "./logical-graph.ts";

/**
 * A logical graph while its author is still writing it: names, parallelism and edges may change until `finish`. It owns
 * the checks that need the whole graph (unique uids, forward edges of equal parallelism); streams own the fluent words.
 */
export class GraphDraft {
  readonly job: string;
  readonly defaults: GraphDefaults;
  parallelism: number | undefined;
  maxParallelism: number | undefined;
  chaining = true;
  checkpointing: CheckpointOptions | undefined;
  restartStrategy: RestartStrategyOptions | undefined;
  readonly #nodes: NodeDraft[] = [];

  constructor(job: string, defaults: GraphDefaults) {
    this.job = job;
    this.defaults = defaults;
    this.checkpointing = defaults.checkpointing;
  }

  add(operator: Operator, name: string, inputs: readonly InputDraft[]): NodeDraft {
    const node: NodeDraft = {
      id: this.#nodes.length,
      operator,
      name,
      inputs,
      uid: undefined,
      parallelism: undefined,
      chainable: true,
    };
    this.#nodes.push(node);
    return node;
  }

  finish(): LogicalGraph {
    if (this.#nodes.length === 0) throw new Error(`Job ${this.job} is empty: begin with env.fromSource(…).`);
    const names = new Set<string>();
    const nodes = this.#nodes.map(node => this.#finishNode(node, names));
    const uids = new Set<string>();
    for (const node of nodes) {
      if (uids.has(node.uid))
        throw new Error(`Job ${this.job}: two operators have the uid "${node.uid}"; state could not be told apart.`);
      uids.add(node.uid);
    }
    const edges = this.#nodes.flatMap(node =>
      node.inputs.map(input => finishEdge(nodes[input.from]!, nodes[node.id]!, input)),
    );
    for (const node of nodes) {
      if (node.operator.kind !== "sink" && !edges.some(edge => edge.from === node.id)) {
        throw new Error(`Job ${this.job}: nothing reads the output of "${node.name}"; end the stream with sinkTo(…).`);
      }
    }
    return { job: this.job, nodes, edges, checkpointing: this.checkpointing, restartStrategy: this.restartStrategy };
  }

  #finishNode(draft: NodeDraft, names: Set<string>): LogicalNode {
    let name = draft.name;
    for (let i = 2; names.has(name); i++) name = `${draft.name}-${i}`;
    names.add(name);
    const parallelism = draft.parallelism ?? this.parallelism ?? this.defaults.parallelism;
    const maxParallelism = this.maxParallelism ?? defaultMaxParallelism;
    if (parallelism > maxParallelism) {
      throw new Error(
        `"${name}" has parallelism ${parallelism}, above its ${maxParallelism} key groups: raise env.setMaxParallelism.`,
      );
    }
    return {
      id: draft.id,
      uid: draft.uid ?? name,
      name,
      parallelism,
      maxParallelism,
      chainable: draft.chainable && this.chaining,
      operator: draft.operator,
    };
  }
}

/** What holds where the job itself says nothing: the cluster's configuration. */
export interface GraphDefaults {
  readonly parallelism: number;
  readonly checkpointing?: CheckpointOptions;
}

export interface NodeDraft {
  readonly id: number;
  readonly operator: Operator;
  readonly inputs: readonly InputDraft[];
  name: string;
  uid: string | undefined;
  parallelism: number | undefined;
  chainable: boolean;
}

/** `auto` becomes forward between equal parallelisms, else rebalance. */
export interface InputDraft {
  readonly from: number;
  readonly partitioning: Partitioning | { readonly kind: "auto" };
}

/** Flink's default for small jobs. */
export const defaultMaxParallelism = 128;

export function checkName(what: string, name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_.-]*$/.test(name)) {
    throw new Error(
      `${what} ${JSON.stringify(name)} must begin with a letter and go on with letters, digits, "-", "_" or ".": it stands in paths and in reports, as in "count[1]".`,
    );
  }
}

export function checkParallelism(parallelism: number): void {
  if (!Number.isSafeInteger(parallelism) || parallelism < 1)
    throw new Error(`A parallelism is a whole number from 1; got ${parallelism}.`);
}

function finishEdge(from: LogicalNode, to: LogicalNode, input: InputDraft): LogicalEdge {
  const { partitioning } = input;
  const equal = from.parallelism === to.parallelism;
  if (partitioning.kind === "auto")
    return { from: from.id, to: to.id, partitioning: { kind: equal ? "forward" : "rebalance" } };
  if (partitioning.kind === "forward" && !equal) {
    throw new Error(
      `A forward edge joins equal parallelisms, but "${from.name}" has ${from.parallelism} and "${to.name}" ${to.parallelism}: use rebalance().`,
    );
  }
  return { from: from.id, to: to.id, partitioning };
}
