import { checkName, checkParallelism, type GraphDraft, type InputDraft, type NodeDraft } from "../graph/graph-draft.ts";
import type { Operator, Partitioning } from "../graph/logical-graph.ts";
import type {
  FilterFunction,
  FlatMapFunction,
  KeyedProcessFunction,
  MapFunction,
  ProcessFunction,
  ReduceFunction,
} from "./functions.ts";
import type { Key, KeySelector } from "./key.ts";
import type { Sink } from "./sink.ts";

/**
 * Streams as an author writes them: each call adds a node to the graph under construction and gives the stream of its
 * results. They hold no records and do nothing at run time.
 */
export class DataStream<T> {
  protected readonly graph: GraphDraft;
  protected readonly inputs: readonly InputDraft[];
  /** Type marker only: never read. */
  declare readonly recordType?: T;

  constructor(graph: GraphDraft, inputs: readonly InputDraft[]) {
    this.graph = graph;
    this.inputs = inputs;
  }

  map<R>(map: MapFunction<T, R>): OperatorStream<R> {
    return this.add("map", { kind: "map", function: checked("map", map, "map") as MapFunction<unknown, unknown> });
  }

  filter(keep: FilterFunction<T>): OperatorStream<T> {
    return this.add("filter", {
      kind: "filter",
      function: checked("filter", keep, "filter") as FilterFunction<unknown>,
    });
  }

  flatMap<R>(flatMap: FlatMapFunction<T, R>): OperatorStream<R> {
    return this.add("flat-map", {
      kind: "flat-map",
      function: checked("flatMap", flatMap, "flatMap") as FlatMapFunction<unknown, unknown>,
    });
  }

  process<R>(process: ProcessFunction<T, R>): OperatorStream<R> {
    return this.add("process", {
      kind: "process",
      function: checked("process", process, "process") as ProcessFunction<unknown, unknown>,
    });
  }

  /** All records of a key go to the same subtask, in the order in which their producer sent them. */
  keyBy<K extends Key>(key: KeySelector<T, K>): KeyedStream<T, K> {
    if (typeof key !== "function")
      throw new Error("keyBy wants a function from a record to its key, such as r => r.account.");
    return new KeyedStream(this.graph, this.repartitioned({ kind: "hash", key: key as KeySelector<unknown> }), key);
  }

  /** The records of all these streams, in no particular order between them. */
  union(...others: readonly DataStream<T>[]): DataStream<T> {
    if (others.some(other => other.graph !== this.graph)) throw new Error("union joins streams of one job only.");
    return new DataStream(this.graph, [...this.inputs, ...others.flatMap(other => other.inputs)]);
  }

  /** Round robin over all subtasks of the next operator. */
  rebalance(): DataStream<T> {
    return new DataStream(this.graph, this.repartitioned({ kind: "rebalance" }));
  }

  /** Subtask i to subtask i of the next operator, which must have the same parallelism. */
  forward(): DataStream<T> {
    return new DataStream(this.graph, this.repartitioned({ kind: "forward" }));
  }

  sinkTo(sink: Sink<T>, name = "sink"): OperatorHandle {
    checkName("The sink's name", name);
    return new OperatorHandle(this.graph.add({ kind: "sink", sink: sink as Sink<unknown> }, name, this.inputs));
  }

  protected add<R>(name: string, operator: Operator): OperatorStream<R> {
    return new OperatorStream<R>(this.graph, this.graph.add(operator, name, this.inputs));
  }

  protected repartitioned(partitioning: Partitioning): readonly InputDraft[] {
    return this.inputs.map(input => ({ from: input.from, partitioning }));
  }
}

/** The result of one operator, which may still be named and shaped. */
export class OperatorStream<T> extends DataStream<T> {
  readonly #node: NodeDraft;

  constructor(graph: GraphDraft, node: NodeDraft) {
    super(graph, [{ from: node.id, partitioning: { kind: "auto" } }]);
    this.#node = node;
  }

  /** The id by which state is found again, also after the job's code has changed. Default: the name. */
  uid(uid: string): this {
    new OperatorHandle(this.#node).uid(uid);
    return this;
  }

  /** Short; subtasks are called `name[0]`, `name[1]`, … */
  name(name: string): this {
    new OperatorHandle(this.#node).name(name);
    return this;
  }

  setParallelism(parallelism: number): this {
    new OperatorHandle(this.#node).setParallelism(parallelism);
    return this;
  }

  disableChaining(): this {
    new OperatorHandle(this.#node).disableChaining();
    return this;
  }
}

/** Names and shapes an operator without an output. */
export class OperatorHandle {
  readonly #node: NodeDraft;

  constructor(node: NodeDraft) {
    this.#node = node;
  }

  uid(uid: string): this {
    checkName("A uid", uid);
    this.#node.uid = uid;
    return this;
  }

  name(name: string): this {
    checkName("An operator's name", name);
    this.#node.name = name;
    return this;
  }

  setParallelism(parallelism: number): this {
    checkParallelism(parallelism);
    this.#node.parallelism = parallelism;
    return this;
  }

  disableChaining(): this {
    this.#node.chainable = false;
    return this;
  }
}

/** A stream whose next operator has state and timers per key. */
export class KeyedStream<T, K extends Key> {
  readonly #graph: GraphDraft;
  readonly #inputs: readonly InputDraft[];
  readonly #key: KeySelector<unknown>;

  constructor(graph: GraphDraft, inputs: readonly InputDraft[], key: KeySelector<T, K>) {
    this.#graph = graph;
    this.#inputs = inputs;
    this.#key = key as KeySelector<unknown>;
  }

  /** Emits the new value of the record's key for every record. */
  reduce(reduce: ReduceFunction<T>): OperatorStream<T> {
    const operator: Operator = {
      kind: "reduce",
      key: this.#key,
      function: checked("reduce", reduce, "reduce") as ReduceFunction<unknown>,
    };
    return new OperatorStream(this.#graph, this.#graph.add(operator, "reduce", this.#inputs));
  }

  process<R>(process: KeyedProcessFunction<K, T, R>): OperatorStream<R> {
    if (typeof process !== "object" || typeof process.process !== "function") {
      throw new Error(
        "A keyed process(…) wants an object with a process method: { open(context) { … }, process(record, context, out) { … } }.",
      );
    }
    const operator: Operator = {
      kind: "keyed-process",
      key: this.#key,
      function: process as unknown as KeyedProcessFunction<Key, unknown, unknown>,
    };
    return new OperatorStream(this.#graph, this.#graph.add(operator, "process", this.#inputs));
  }
}

/** Refuses what is neither a function nor an object with the method, at once and not at the first record. */
function checked<F>(call: string, given: F, method: string): F {
  const usable =
    typeof given === "function" ||
    (typeof given === "object" && given !== null && typeof (given as Record<string, unknown>)[method] === "function");
  if (!usable) throw new Error(`${call}(…) wants a function, or an object with a ${method} method.`);
  return given;
}
