import {
  job,
  logSink,
  logSource,
  type EnumeratorContext,
  type LogSource,
  type LogSplit,
  type ReaderContext,
  type SourceOutput,
  type SourceReader,
  type SplitEnumerator,
} from "millrace";
import type { Payment } from "../data/payments.ts";

/** Totals of accounts, from a source of an author's own: its splits are handed out while the job runs. */
export const readOnDemand = job("read-on-demand", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(paymentsOnDemand(), "payments")
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("single")
    .keyBy(sum => sum.account)
    .reduce((sum, one) => ({ account: sum.account, cents: sum.cents + one.cents }))
    .name("total")
    .sinkTo(logSink({ topic: "totals", guarantee: "exactly-once", key: sum => sum.account }));
});

/** The payments as they are, from that source: the sink is in one chain with it. */
export const copyOnDemand = job("copy-on-demand", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(paymentsOnDemand(), "payments")
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("single")
    .sinkTo(logSink({ topic: "copies", guarantee: "exactly-once", key: copy => copy.account }));
});

function paymentsOnDemand(): LogSource<Payment> {
  return onDemand(logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 10 }));
}

/** Partitions are given out one by one, each to the reader that asks next, as Flink's file source does with files. */
function onDemand<T>(log: LogSource<T>): LogSource<T> {
  return {
    ...log,
    createEnumerator: (context, restored) =>
      new OnDemandEnumerator(log, context, restored as OnDemandState | undefined),
    createReader: context => new OnDemandReader(log, context),
  };
}

/** What nobody has yet; undefined: the topic was not looked at. */
interface OnDemandState {
  readonly left?: readonly LogSplit[];
}

class OnDemandEnumerator implements SplitEnumerator<LogSplit> {
  readonly #context: EnumeratorContext<LogSplit>;
  readonly #log: SplitEnumerator<LogSplit>;
  readonly #asking: number[] = [];
  #left: LogSplit[] | undefined;

  constructor(log: LogSource<unknown>, context: EnumeratorContext<LogSplit>, restored: OnDemandState | undefined) {
    this.#context = context;
    this.#left = restored?.left === undefined ? undefined : [...restored.left];
    const found: LogSplit[] = [];
    const everybody = Array.from({ length: context.parallelism }, (_, subtask) => subtask);
    this.#log = log.createEnumerator({
      ...context,
      readers: () => everybody,
      assign: (_subtask, splits) => void found.push(...splits),
      noMoreSplits: subtask => {
        if (subtask === everybody.at(-1)) this.#found(found);
      },
    });
  }

  start(): void {
    if (this.#left === undefined) this.#log.start();
  }

  /** A reader asks when it has nothing to read. */
  addReader(): void {}

  addSplitsBack(): void {}

  requestSplit(subtask: number): void {
    if (this.#left === undefined) return void this.#asking.push(subtask);
    const next = this.#left.shift();
    if (next === undefined) this.#context.noMoreSplits(subtask);
    else this.#context.assign(subtask, [next]);
  }

  snapshotState(): OnDemandState {
    return this.#left === undefined ? {} : { left: [...this.#left] };
  }

  close(): void {
    this.#log.close();
  }

  #found(splits: readonly LogSplit[]): void {
    this.#left = [...splits];
    for (const subtask of this.#asking.splice(0)) this.requestSplit(subtask);
  }
}

class OnDemandReader<T> implements SourceReader<T, LogSplit> {
  readonly #context: ReaderContext;
  readonly #log: SourceReader<T, LogSplit>;
  #asked = false;

  constructor(log: LogSource<T>, context: ReaderContext) {
    this.#context = context;
    this.#log = log.createReader(context);
  }

  start(): void {
    this.#log.start();
    this.#ask();
  }

  addSplits(splits: readonly LogSplit[]): void {
    this.#asked = false;
    this.#log.addSplits(splits);
  }

  noMoreSplits(): void {
    this.#log.noMoreSplits();
  }

  poll(output: SourceOutput<T>, recordsMax: number): "more" | "nothing" | "end" {
    const status = this.#log.poll(output, recordsMax);
    this.#ask();
    return status;
  }

  snapshotState(checkpoint: number): readonly LogSplit[] {
    return this.#log.snapshotState(checkpoint);
  }

  close(): void {
    this.#log.close();
  }

  /** Once for each split that is through; the answer that there is none is the last one. */
  #ask(): void {
    const isThrough = ({ position, end }: LogSplit): boolean => end !== undefined && position >= end;
    if (this.#asked || !this.#log.snapshotState(0).every(isThrough)) return;
    this.#asked = true;
    this.#context.requestSplit();
  }
}
