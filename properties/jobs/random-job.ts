import fc from "fast-check";
import type { KeyedProcessFunction } from "../../src/runtime/api/functions.ts";
import { job, type Job } from "../../src/runtime/api/job.ts";
import type { Sink } from "../../src/runtime/api/sink.ts";
import type { ValueState } from "../../src/runtime/api/state.ts";
import type { DataStream, OperatorStream } from "../../src/runtime/api/stream.ts";
import { jsonLines } from "../../src/runtime/connectors/file-format.ts";
import { fileSink } from "../../src/runtime/connectors/file-sink.ts";
import { logSink } from "../../src/runtime/connectors/log-sink.ts";
import { logSource } from "../../src/runtime/connectors/log-source.ts";

/**
 * Jobs of any shape: streams that fork, are rebalanced, joined and keyed, in any order, with operators as wide as they
 * like. It owns what a shape means; what must hold of its runs is the same as of any other job's.
 */
export interface JobShape {
  /** Topics that are read. */
  readonly sources: number;
  /** Bit i: the i-th of them is read for ever. */
  readonly endless: number;
  readonly steps: readonly ShapeStep[];
}

export interface ShapeStep {
  readonly what: "map" | "filter" | "flat-map" | "process" | "rebalance" | "union" | "reduce" | "count";
  /** Of the streams there are by then, counted around; `other` is a second one for a union. */
  readonly from: number;
  readonly other: number;
  /** Colours what the function does. */
  readonly shade: number;
  readonly parallelism: number | undefined;
  /** In no chain with another operator. */
  readonly alone: boolean;
}

export interface Row {
  readonly key: number;
  readonly value: number;
}

export const jobShape: fc.Arbitrary<JobShape> = fc.record({
  sources: fc.integer({ min: 1, max: 3 }),
  endless: fc.constantFrom(0, 0, 1, 5, 7),
  steps: fc.array(
    fc.record({
      what: fc.constantFrom("map", "filter", "flat-map", "process", "rebalance", "union", "reduce", "count", "count"),
      from: fc.nat(7),
      other: fc.nat(7),
      shade: fc.nat(3),
      parallelism: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 4 }),
      alone: fc.boolean(),
    }),
    { maxLength: 9 },
  ),
});

export function topicsOf({ sources }: JobShape): readonly string[] {
  return Array.from({ length: sources }, (_, index) => `in-${index}`);
}

export function rowsOf(topic: string, count: number): readonly Row[] {
  const salt = topic.charCodeAt(topic.length - 1);
  return Array.from({ length: count }, (_, i) => ({ key: (i * 7 + salt) % 5, value: (i * 37 + salt * 11) % 997 }));
}

/** A stream that nobody reads ends in a sink of its own. */
export function jobOf(shape: JobShape): Job {
  return job("random-job", env => {
    env.enableCheckpointing(1000);
    const streams: Grown[] = topicsOf(shape).map((topic, index) => {
      const bounded = ((shape.endless >> index) & 1) === 0;
      return grown(env.fromSource(logSource<Row>({ topic, bounded, recordsPerFetch: 10 }), topic), false);
    });
    for (const [index, step] of shape.steps.entries()) {
      const from = streams[step.from % streams.length]!;
      const next = grow(from, streams[step.other % streams.length]!, step, index);
      if (next !== undefined) streams.push(next);
    }
    streams
      .filter(({ read }) => !read)
      .forEach(({ stream, keyed }, index) => void stream.sinkTo(sinkOf(index, keyed)).name(`out-${index}`));
  });
}

/** Of each kind in turn. What a fold gives to a sink that writes at least once is judged by nobody. */
function sinkOf(index: number, keyed: boolean): Sink<Row> {
  const topic = `out-${index}`;
  const key = (row: Row): string => String(row.key);
  switch (index % 4) {
    case 0:
      return logSink({ topic, guarantee: "exactly-once", key });
    case 1:
      return logSink({ topic, guarantee: "exactly-once" });
    case 2:
      return fileSink({ path: `dfs:///${topic}`, format: jsonLines({ origin: true }) });
    default:
      return logSink({ topic, guarantee: keyed ? "exactly-once" : "at-least-once", key });
  }
}

interface Grown {
  readonly stream: DataStream<Row>;
  /** It has passed a keyed operator; what a second one makes of it no reference can foretell. */
  readonly keyed: boolean;
  read: boolean;
}

function grown(stream: DataStream<Row>, keyed: boolean): Grown {
  return { stream, keyed, read: false };
}

function grow(from: Grown, other: Grown, step: ShapeStep, index: number): Grown | undefined {
  const { what } = step;
  if (what === "union") {
    from.read = other.read = true;
    return grown(from.stream.union(other.stream), from.keyed || other.keyed);
  }
  const keyed = what === "reduce" || what === "count";
  if (keyed && from.keyed) return undefined;
  from.read = true;
  const operator = operatorOf(from.stream, step).name(`${what}-${index}`);
  if (step.parallelism !== undefined) operator.setParallelism(step.parallelism);
  if (step.alone) operator.disableChaining();
  return grown(operator, from.keyed || keyed);
}

function operatorOf(stream: DataStream<Row>, { what, shade }: ShapeStep): OperatorStream<Row> {
  switch (what) {
    case "map":
      return stream.map(row => ({ ...row, value: (row.value * 3 + shade) % 1009 }));
    case "rebalance":
      return stream.rebalance().map(row => ({ ...row, value: row.value + shade }));
    case "filter":
      return stream.filter(({ value }) => value % (shade + 2) !== 0);
    case "flat-map":
      return stream.flatMap(row => {
        const copies = Array.from({ length: (row.value + shade) % 3 }, (_, copy) => copy);
        return copies.map(copy => ({ key: (row.key + copy) % 5, value: row.value + copy }));
      });
    case "process":
      return stream.process((row, _context, out) => {
        out.collect({ ...row, value: row.value + 7 });
        if (row.value % 4 === shade) out.collect({ ...row, value: row.value + 8 });
      });
    case "reduce":
      return stream
        .keyBy(({ key }) => key)
        .reduce((sum, row) => ({ ...row, value: (sum.value * 2 + row.value) % 100_003 }));
    case "count":
      return stream.keyBy(({ key }) => key % 3).process(counting(shade + 1));
    case "union":
      throw new Error("A union is no operator.");
  }
}

/** Speaks at every nth row, and at some others. */
function counting(every: number): KeyedProcessFunction<number, Row, Row> {
  let seen: ValueState<readonly [count: number, mixed: number]>;
  return {
    open: context => void (seen = context.valueState("seen")),
    process(row, _context, out) {
      const [count, mixed] = seen.value() ?? [0, 0];
      const next = [count + 1, (mixed * 3 + row.value) % 100_003] as const;
      seen.update(next);
      if (next[0] % every === 0) out.collect({ ...row, value: next[1] });
      if (row.value % 11 === 0) out.collect({ ...row, value: -next[1] });
    },
  };
}
