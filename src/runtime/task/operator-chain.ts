import type { RuntimeContext } from "../api/functions.ts";
import type { Origin, ReaderContext } from "../api/source.ts";
import type { ChainedOperator, JobVertex } from "../graph/job-graph.ts";
import { keyGroupRange } from "../graph/key-groups.ts";
import { KeyedState } from "../state/keyed-state.ts";
import { StateFileWriter } from "../state/state-file.ts";
import { KeyedTimers, type ProcessingClock } from "../time/keyed-timers.ts";
import { copyValue } from "./copy-value.ts";
import type { RecordInput, RecordOutput, StreamOperator } from "./operator.ts";
import { KeyedProcessOperator } from "./operators/keyed-process.ts";
import { reduceOperator } from "./operators/reduce.ts";
import { SinkOperator } from "./operators/sink.ts";
import { SourceOperator } from "./operators/source.ts";
import { filterOperator, flatMapOperator, mapOperator, processOperator } from "./operators/stateless.ts";
import type { Outputs } from "./outputs.ts";
import type { RestoredState } from "./restored-state.ts";
import type { OperatorSnapshot, TaskEnvironment } from "./task-contract.ts";

/**
 * The operators of one subtask, wired to each other and to its outputs. It owns their order: records run from the head
 * down in one synchronous call; opening goes from the last to the first, so that nobody emits into a closed operator.
 */
export class OperatorChain {
  /** The head, unless that is a source. */
  readonly input: RecordInput;
  readonly source: SourceOperator | undefined;
  /** Head first; a source is not among them. */
  readonly #operators: readonly StreamOperator[];

  constructor(vertex: JobVertex, outputs: Outputs, restored: RestoredState, owner: ChainOwner) {
    const built = new Map<number, StreamOperator>();
    let source: SourceOperator | undefined;
    for (let i = vertex.operators.length - 1; i >= 0; i--) {
      const chained = vertex.operators[i]!;
      const out = outputOf(chained, vertex, built, outputs);
      if (chained.node.operator.kind === "source") source = buildSource(chained, restored, owner, out);
      else built.set(i, buildOperator(chained, restored, owner, out));
    }
    this.source = source;
    this.#operators = [...built.entries()].sort(([a], [b]) => a - b).map(([, operator]) => operator);
    this.input = built.get(0) ?? nowhere;
  }

  /** A sink may take its time; the rest is open when this returns. */
  async open(): Promise<void> {
    for (const operator of [...this.#operators].reverse()) await operator.open?.();
  }

  writable(): boolean {
    return this.#operators.every(operator => operator.writable?.() ?? true);
  }

  endInput(): void {
    for (const operator of this.#operators) operator.endInput?.();
  }

  /** Undefined when no operator has anything to prepare, which then costs no promise. */
  prepareSnapshot(checkpoint: number): Promise<void> | undefined {
    const preparing = this.#operators.filter(operator => operator.prepareSnapshot !== undefined);
    if (preparing.length === 0) return undefined;
    return Promise.all(preparing.map(operator => operator.prepareSnapshot!(checkpoint))).then(() => {});
  }

  /** The synchronous part of the snapshot: what it gives shares nothing with the running operators. */
  snapshot(checkpoint: number): ChainSnapshot {
    const file = new StateFileWriter();
    const operators = this.#operators.flatMap(operator => operator.snapshot?.(checkpoint, file) ?? []);
    if (this.source !== undefined) operators.unshift(this.source.snapshot(checkpoint));
    return { operators, file: file.finish() };
  }

  notifyComplete(checkpoint: number): void {
    this.source?.notifyComplete(checkpoint);
    for (const operator of this.#operators) operator.notifyComplete?.(checkpoint);
  }

  committed(): boolean {
    return this.#operators.every(operator => operator.committed?.() ?? true);
  }

  /** Lets go of everything, whatever one of them throws; the first of those errors is thrown at the end. */
  async close(): Promise<void> {
    const thrown: unknown[] = [];
    for (const held of [this.source, ...this.#operators]) {
      try {
        await held?.close?.();
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }
}

export interface ChainSnapshot {
  readonly operators: readonly OperatorSnapshot[];
  /** Undefined when no operator has keyed state. */
  readonly file: Uint8Array | undefined;
}

/** What operators ask of their subtask. */
export interface ChainOwner {
  readonly environment: TaskEnvironment;
  readonly clock: ProcessingClock;
  report(event: string, checkpoint?: number): void;
  /** A source has records again, or a sink has room again. */
  available(): void;
  /** A sink has committed all that it had to. */
  settled(): void;
  fail(cause: unknown): void;
}

function buildSource(
  { node }: ChainedOperator,
  restored: RestoredState,
  owner: ChainOwner,
  out: RecordOutput,
): SourceOperator {
  if (node.operator.kind !== "source") throw new Error(`${node.name} is no source`);
  const { environment } = owner;
  const { host, services, deployment } = environment;
  const context: ReaderContext = {
    host,
    services,
    subtask: deployment.subtask,
    parallelism: deployment.parallelism,
    vertex: deployment.vertex,
    requestSplit: () => environment.toCoordinator(node.uid, { kind: "request-split" }),
    available: () => owner.available(),
    fail: cause => owner.fail(cause),
  };
  const { source, watermarks } = node.operator;
  const firstRecord = (): void => owner.report("source.first-record");
  return new SourceOperator({
    uid: node.uid,
    source,
    watermarks,
    context,
    restoredSplits: restored.splits(node.uid),
    firstRecord,
    out,
  });
}

function buildOperator(
  { node }: ChainedOperator,
  restored: RestoredState,
  owner: ChainOwner,
  out: RecordOutput,
): StreamOperator {
  const { deployment, host, services } = owner.environment;
  const { uid, operator } = node;
  const context: RuntimeContext = {
    job: deployment.job.name,
    operator: uid,
    subtask: deployment.subtask,
    parallelism: deployment.parallelism,
    attempt: deployment.attempt,
    now: () => host.clock.now(),
  };
  switch (operator.kind) {
    case "map":
      return mapOperator(uid, operator.function, context, out);
    case "filter":
      return filterOperator(uid, operator.function, context, out);
    case "flat-map":
      return flatMapOperator(uid, operator.function, context, out);
    case "process":
      return processOperator(uid, operator.function, context, out);
    case "reduce":
      return reduceOperator(uid, operator.key, operator.function, keyedState(uid, restored, owner), context, out);
    case "keyed-process": {
      const state = keyedState(uid, restored, owner);
      const timers = new KeyedTimers(state, owner.clock);
      return new KeyedProcessOperator({
        uid,
        key: operator.key,
        function: operator.function,
        state,
        timers,
        context,
        out,
      });
    }
    case "sink":
      return new SinkOperator({
        uid,
        sink: operator.sink,
        context: {
          host,
          services,
          subtask: deployment.subtask,
          parallelism: deployment.parallelism,
          lineage: deployment.job.id,
          operator: uid,
          attempt: deployment.attempt,
          restoredCheckpoint: deployment.restoredCheckpoint,
          available: () => owner.available(),
          fail: cause => owner.fail(cause),
        },
        restored: restored.committables(uid),
        report: (event, checkpoint) => owner.report(event, checkpoint),
        settled: () => owner.settled(),
      });
    case "source":
      throw new Error(`"${node.name}" is a source in the middle of a chain`);
  }
}

function keyedState(uid: string, restored: RestoredState, { environment }: ChainOwner): KeyedState {
  const { subtask, parallelism, maxParallelism } = environment.deployment;
  const state = new KeyedState(uid, keyGroupRange(subtask, parallelism, maxParallelism), maxParallelism);
  restored.keyed(uid, state);
  return state;
}

function outputOf(
  chained: ChainedOperator,
  vertex: JobVertex,
  built: ReadonlyMap<number, StreamOperator>,
  outputs: Outputs,
): RecordOutput {
  const targets: RecordOutput[] = chained.chained.map(i => {
    const next = built.get(i)!;
    // A predicate passes on what it was given; whoever stands behind it gets the copy.
    return vertex.operators[i]!.node.operator.kind === "filter" ? handed(next) : copied(next);
  });
  for (const i of chained.outputs) targets.push(outputs.edges[i]!);
  return targets.length === 1 ? targets[0]! : toAll(targets);
}

function handed(next: RecordInput): RecordOutput {
  return {
    emit: (value, timestampMs, origin) => next.process(value, timestampMs, origin),
    watermark: watermarkMs => next.watermark(watermarkMs),
  };
}

function copied(next: RecordInput): RecordOutput {
  return {
    emit: (value, timestampMs, origin) => next.process(copyValue(value), timestampMs, origin),
    watermark: watermarkMs => next.watermark(watermarkMs),
  };
}

function toAll(targets: readonly RecordOutput[]): RecordOutput {
  return {
    emit: (value: unknown, timestampMs: number | undefined, origin: Origin | undefined) => {
      for (const target of targets) target.emit(value, timestampMs, origin);
    },
    watermark: watermarkMs => {
      for (const target of targets) target.watermark(watermarkMs);
    },
  };
}

const nowhere: RecordInput = { process: () => {}, watermark: () => {} };
