import type { Job } from "../../runtime/api/job.ts";
import type { KeyedProcessFunction, RichFunction, RuntimeContext } from "../../runtime/api/functions.ts";
import type { Key } from "../../runtime/api/key.ts";
import type { Sink } from "../../runtime/api/sink.ts";
import type { Source } from "../../runtime/api/source.ts";
import type { JobGraph } from "../../runtime/graph/job-graph.ts";
import type { LogicalGraph, LogicalNode, Operator } from "../../runtime/graph/logical-graph.ts";
import { subtasksOf } from "./subtasks-of.ts";
import type { TaskSite } from "./task-sites.ts";

/**
 * What goes wrong in an author's code, inside a process that lives on. It owns which call of which subtask is struck next; the
 * functions of the job are woven so that each asks before it does its work. The runtime is not aware of any of it.
 */
export class TaskFaults {
  readonly subtasks: ReadonlyMap<string, number>;
  readonly #armed: ArmedStrike[] = [];
  /** Operator name → name of the vertex in which it is chained. */
  readonly #vertexOf: ReadonlyMap<string, string>;

  constructor(graph: JobGraph) {
    this.subtasks = subtasksOf(graph);
    this.#vertexOf = new Map(
      graph.vertices.flatMap(vertex => vertex.operators.map(({ node }) => [node.name, vertex.id] as const)),
    );
  }

  /**
   * Strikes at the next call at that site of that subtask, of one operator or of any in its chain. A number beyond the
   * operator's parallelism wraps around, as that of a role does (layout.ts). The returned cure disarms it.
   */
  arm(site: TaskSite, operator: string, index: number, strike: Strike): () => void {
    const armed: ArmedStrike = { site, operator, subtask: index % (this.subtasks.get(operator) ?? 1), strike };
    this.#armed.push(armed);
    return () => this.#disarm(armed);
  }

  /** The same job with functions that can be made to throw. */
  weave<J extends Job>(job: J, role: string): J {
    return { ...job, weave: (graph: LogicalGraph) => this.#weaveGraph(job.weave?.(graph) ?? graph, role) };
  }

  #disarm(armed: ArmedStrike): void {
    const index = this.#armed.indexOf(armed);
    if (index >= 0) this.#armed.splice(index, 1);
  }

  #check(site: TaskSite, operator: string, subtask: number, role: string): Promise<void> | undefined {
    if (this.#armed.length === 0) return undefined;
    const armed = this.#armed.find(
      one =>
        one.site === site &&
        one.subtask === subtask &&
        (one.operator === operator || one.operator === this.#vertexOf.get(operator)),
    );
    if (armed === undefined) return undefined;
    this.#disarm(armed);
    return armed.strike(role, `${operator}[${subtask}] at ${site}`);
  }

  #weaveGraph(graph: LogicalGraph, role: string): LogicalGraph {
    return { ...graph, nodes: graph.nodes.map(node => ({ ...node, operator: this.#weaveOperator(node, role) })) };
  }

  #weaveOperator(node: LogicalNode, role: string): Operator {
    const { operator } = node;
    const check: Check = (site, subtask) => void this.#check(site, node.name, subtask, role);
    switch (operator.kind) {
      case "source":
        return { ...operator, source: failingSource(operator.source, check) };
      case "sink":
        return {
          ...operator,
          sink: failingSink(operator.sink, check, subtask => this.#check("release", node.name, subtask, role)),
        };
      case "keyed-process":
        return { ...operator, function: failingKeyedProcess(operator.function, check) };
      case "map":
        return { ...operator, function: failing(operator.function, "map", check) };
      case "filter":
        return { ...operator, function: failing(operator.function, "filter", check) };
      case "flat-map":
        return { ...operator, function: failing(operator.function, "flatMap", check) };
      case "process":
        return { ...operator, function: failing(operator.function, "process", check) };
      case "reduce":
        return { ...operator, function: failing(operator.function, "reduce", check) };
    }
  }
}

/** Throws, or takes time; at a site that cannot wait the promise is ignored. `where` is for a reader. */
export type Strike = (role: string, where: string) => Promise<void> | undefined;

interface ArmedStrike {
  readonly site: TaskSite;
  readonly operator: string;
  readonly subtask: number;
  readonly strike: Strike;
}

type Check = (site: TaskSite, subtask: number) => void;
type Release = (subtask: number) => Promise<void> | undefined;

/** Wraps a plain or rich function in a rich one, which knows its subtask from `open`. */
function failing<M extends string, F>(inner: F, method: M, check: Check): F {
  type Call = (...args: unknown[]) => unknown;
  const rich = inner as RichFunction & Readonly<Record<M, Call>>;
  const call: Call = typeof inner === "function" ? (inner as Call) : (...args) => rich[method](...args);
  let subtask = -1;
  return {
    open(context: RuntimeContext) {
      subtask = context.subtask;
      check("open", subtask);
      if (typeof inner !== "function") rich.open?.(context);
    },
    [method](...args: unknown[]) {
      check("record", subtask);
      return call(...args);
    },
    close() {
      check("close", subtask);
      if (typeof inner !== "function") rich.close?.();
    },
  } as F;
}

function failingKeyedProcess(
  inner: KeyedProcessFunction<Key, unknown, unknown>,
  check: Check,
): KeyedProcessFunction<Key, unknown, unknown> {
  let subtask = -1;
  return {
    open(context) {
      subtask = context.subtask;
      check("open", subtask);
      inner.open?.(context);
    },
    process(record, context, out) {
      check("record", subtask);
      inner.process(record, context, out);
    },
    ...(inner.onTimer === undefined
      ? {}
      : {
          onTimer(timer, context, out) {
            check("timer", subtask);
            inner.onTimer?.(timer, context, out);
          },
        }),
    close() {
      check("close", subtask);
      inner.close?.();
    },
  };
}

function failingSource(inner: Source<unknown>, check: Check): Source<unknown> {
  return {
    kind: inner.kind,
    boundedness: inner.boundedness,
    createEnumerator: (context, restored) => inner.createEnumerator(context, restored),
    createReader(context) {
      const { subtask } = context;
      check("open", subtask);
      const reader = inner.createReader(context);
      let started = false;
      return {
        start() {
          started = true;
          reader.start();
        },
        addSplits(splits) {
          // What it gets before its start is what the checkpoint holds.
          if (!started) check("restore", subtask);
          reader.addSplits(splits);
        },
        noMoreSplits: () => reader.noMoreSplits(),
        poll(output, recordsMax) {
          check("record", subtask);
          return reader.poll(output, recordsMax);
        },
        snapshotState(checkpoint) {
          check("snapshot", subtask);
          return reader.snapshotState(checkpoint);
        },
        notifyCheckpointComplete(checkpoint) {
          check("notify", subtask);
          reader.notifyCheckpointComplete?.(checkpoint);
        },
        close() {
          check("close", subtask);
          reader.close();
        },
      };
    },
  };
}

function failingSink(inner: Sink<unknown>, check: Check, release: Release): Sink<unknown> {
  const { createCommitter } = inner;
  return {
    kind: inner.kind,
    createWriter(context) {
      const { subtask } = context;
      check("open", subtask);
      if (context.restoredCheckpoint > 0) check("restore", subtask);
      const writer = inner.createWriter(context);
      return {
        write(record, about) {
          check("record", subtask);
          writer.write(record, about);
        },
        async prepareCommit(checkpoint) {
          check("snapshot", subtask);
          const committables = await writer.prepareCommit(checkpoint);
          check("snapshot-async", subtask);
          return committables;
        },
        close() {
          check("close", subtask);
          const held = release(subtask);
          return held === undefined ? writer.close() : held.then(() => writer.close());
        },
        ...(writer.open === undefined ? {} : { open: async () => writer.open?.() }),
        ...(writer.writable === undefined ? {} : { writable: () => writer.writable?.() ?? true }),
      };
    },
    ...(createCommitter === undefined
      ? {}
      : {
          createCommitter(context) {
            const committer = createCommitter.call(inner, context);
            return {
              async commit(committable) {
                check("notify", context.subtask);
                return committer.commit(committable);
              },
              close: () => committer.close?.(),
            };
          },
        }),
  };
}
