import type { RecordContext, RichFunction, RuntimeContext } from "../../runtime/api/functions.ts";
import type { LogicalEdge, LogicalGraph, LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { asAuthor } from "./not-judged.ts";
import { copyOf } from "./plain-value.ts";

/**
 * Leads records through the stateless operators of a logical graph, from behind one node to the next keyed operators and
 * sinks. It owns what map, filter, flatMap and process mean, and whether an edge keeps order; keyed-fold.ts owns state.
 */
export class StatelessFlow {
  readonly #graph: LogicalGraph;
  readonly #edgesFrom: readonly (readonly LogicalEdge[])[];
  readonly #steps = new Map<number, Step>();

  constructor(graph: LogicalGraph) {
    this.#graph = graph;
    this.#edgesFrom = graph.nodes.map(node => graph.edges.filter(edge => edge.from === node.id));
  }

  /**
   * Calls `arrive` for each record that reaches a keyed operator or a sink, in order. `way` names the branches that it took:
   * a stream that forks and is joined again arrives by several, and only what came by the same one keeps its order.
   */
  follow(
    from: LogicalNode,
    record: unknown,
    context: RecordContext,
    arrive: (node: LogicalNode, record: unknown, way: string) => void,
    way = "",
  ): void {
    const edges = this.#edgesFrom[from.id]!;
    edges.forEach((edge, branch) => {
      const node = this.#graph.nodes[edge.to]!;
      const forks = edges.length > 1;
      const own = forks ? copyOf(record) : record;
      const taken = forks ? `${way}/${branch}` : way;
      if (isEnd(node)) arrive(node, own, taken);
      else this.#stepOf(node)(own, context, result => this.follow(node, result, context, arrive, taken));
    });
  }

  /** The keyed operators and sinks that records from behind this node can reach without passing another keyed operator. */
  endsBehind(from: LogicalNode): readonly LogicalNode[] {
    return [...new Set(this.#endsByWay(from))];
  }

  /** A record that leaves `from` may arrive at one end by several ways. */
  joinsAgain(from: LogicalNode): boolean {
    return this.#endsByWay(from).length > this.endsBehind(from).length;
  }

  /** Two records that leave `from` one after the other, by one way, may arrive at an end the other way round. */
  mayReorder(from: LogicalNode): boolean {
    return this.#edgesFrom[from.id]!.some(edge => {
      const node = this.#graph.nodes[edge.to]!;
      return (
        (edge.partitioning.kind === "rebalance" && node.parallelism > 1) || (!isEnd(node) && this.mayReorder(node))
      );
    });
  }

  /** One for each way there. */
  #endsByWay(from: LogicalNode): readonly LogicalNode[] {
    return this.#edgesFrom[from.id]!.flatMap(edge => {
      const node = this.#graph.nodes[edge.to]!;
      return isEnd(node) ? [node] : this.#endsByWay(node);
    });
  }

  #stepOf(node: LogicalNode): Step {
    let step = this.#steps.get(node.id);
    if (step === undefined) this.#steps.set(node.id, (step = stepOf(node)));
    return step;
  }
}

/** The reference has one subtask of everything, in its first attempt; its clock stands still. */
export function referenceContext(job: string, node: LogicalNode): RuntimeContext {
  return { job, operator: node.name, subtask: 0, parallelism: 1, attempt: 1, now: () => 0 };
}

type Step = (record: unknown, context: RecordContext, out: (result: unknown) => void) => void;

function isEnd(node: LogicalNode): boolean {
  return node.operator.kind === "sink" || node.operator.kind === "reduce" || node.operator.kind === "keyed-process";
}

function stepOf(node: LogicalNode): Step {
  const { operator } = node;
  switch (operator.kind) {
    case "map": {
      const map = callable(node, operator.function, "map");
      return (record, _context, out) => out(map(record));
    }
    case "filter": {
      const keep = callable(node, operator.function, "filter");
      return (record, _context, out) => {
        if (keep(record) === true) out(record);
      };
    }
    case "flat-map": {
      const flatMap = callable(node, operator.function, "flatMap");
      return (record, _context, out) => {
        // A generator throws while it is read.
        for (const result of asAuthor(node.name, () => [...(flatMap(record) as Iterable<unknown>)])) out(result);
      };
    }
    case "process": {
      const process = callable(node, operator.function, "process");
      return (record, context, out) => void process(record, context, { collect: out });
    }
    case "source":
    case "reduce":
    case "keyed-process":
    case "sink":
      throw new Error(`${node.name} (${operator.kind}) is no stateless operator.`);
  }
}

/** The author's function, plain or rich; a rich one is opened once. */
export function callable<Name extends string>(
  node: LogicalNode,
  given: ((...args: never[]) => unknown) | (RichFunction & Readonly<Record<Name, unknown>>),
  name: Name,
): (...args: unknown[]) => unknown {
  if (typeof given === "function") {
    return (...args) => asAuthor(node.name, () => (given as (...args: unknown[]) => unknown)(...args));
  }
  given.open?.(referenceContext("reference", node));
  return (...args) => asAuthor(node.name, () => (given[name] as (...args: unknown[]) => unknown).apply(given, args));
}
