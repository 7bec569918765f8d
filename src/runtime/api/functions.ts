import type { Key } from "./key.ts";
import type { ValueState } from "./state.ts";

/**
 * The functions that an author writes: plain ones, or rich ones with `open` and `close` around their life. A function
 * object belongs to one subtask (the job's factory is called for each), so its fields are that subtask's own; they are
 * no state, though: only keyed state survives a restart.
 */
export interface RichFunction {
  open?(context: RuntimeContext): void;
  close?(): void;
}

export interface RuntimeContext {
  readonly job: string;
  readonly operator: string;
  readonly subtask: number;
  readonly parallelism: number;
  readonly attempt: number;
  /** Wall clock of the machine, milliseconds since 1970. */
  now(): number;
}

/** Takes results, any number, during the call that it was given to and not after it. */
export interface Collector<R> {
  collect(record: R): void;
}

export type MapFunction<T, R> = ((record: T) => R) | RichMap<T, R>;
export interface RichMap<T, R> extends RichFunction {
  map(record: T): R;
}

export type FilterFunction<T> = ((record: T) => boolean) | RichFilter<T>;
export interface RichFilter<T> extends RichFunction {
  filter(record: T): boolean;
}

export type FlatMapFunction<T, R> = ((record: T) => Iterable<R>) | RichFlatMap<T, R>;
export interface RichFlatMap<T, R> extends RichFunction {
  flatMap(record: T): Iterable<R>;
}

export type ProcessFunction<T, R> =
  ((record: T, context: RecordContext, out: Collector<R>) => void) | RichProcess<T, R>;
export interface RichProcess<T, R> extends RichFunction {
  process(record: T, context: RecordContext, out: Collector<R>): void;
}

export interface RecordContext {
  /** Event time of the record or timer, where the source or the watermark strategy gave one. */
  readonly timestampMs: number | undefined;
  /** The operator's event time; `-Infinity` before the first watermark. */
  readonly watermarkMs: number;
}

/** Combines the value so far with the next record of the same key; the result is state and output. */
export type ReduceFunction<T> = ((sum: T, record: T) => T) | RichReduce<T>;
export interface RichReduce<T> extends RichFunction {
  reduce(sum: T, record: T): T;
}

export interface KeyedProcessFunction<K extends Key, T, R> {
  /** State is declared here, once, by name. */
  open?(context: KeyedRuntimeContext): void;
  process(record: T, context: KeyedContext<K>, out: Collector<R>): void;
  onTimer?(timer: FiredTimer, context: KeyedContext<K>, out: Collector<R>): void;
  close?(): void;
}

export interface KeyedRuntimeContext extends RuntimeContext {
  /** The same name gives the same state; names are per operator. */
  valueState<V>(name: string): ValueState<V>;
}

export interface KeyedContext<K extends Key> extends RecordContext {
  readonly key: K;
  /** Fires once for this key when the watermark passes the instant; asking twice for one instant is asking once. */
  registerEventTimer(atMs: number): void;
  deleteEventTimer(atMs: number): void;
  /** Fires once for this key when the machine's wall clock reaches the instant; not behind the end of a bounded input. */
  registerProcessingTimer(atMs: number): void;
  deleteProcessingTimer(atMs: number): void;
}

export interface FiredTimer {
  readonly domain: "event" | "processing";
  readonly atMs: number;
}
