import { expect, test } from "vitest";
import type { StreamExecutionEnvironment } from "../api/environment.ts";
import type { Collector, MapFunction, RecordContext } from "../api/functions.ts";
import { job } from "../api/job.ts";
import type { Sink, SinkWriter } from "../api/sink.ts";
import type { Source } from "../api/source.ts";
import type { DataStream } from "../api/stream.ts";
import { compileJob } from "../graph/compile-job.ts";
import { copyValue } from "./copy-value.ts";
import { OperatorChain, type ChainOwner } from "./operator-chain.ts";
import { Outputs } from "./outputs.ts";
import { RestoredState } from "./restored-state.ts";
import type { TaskDeployment, TaskEnvironment } from "./task-contract.ts";

interface Word {
  readonly text: string;
  readonly times: number;
}

const word = (text: string, times = 1): Word => ({ text, times });

/** Runs the chain that `build` makes of one vertex (behind its exchange) over records, and gives what its sink got. */
async function through(
  build: (words: DataStream<Word>, sink: Sink<Word>, env: StreamExecutionEnvironment) => unknown,
  records: readonly Word[],
  watermarkMs = -Infinity,
): Promise<readonly unknown[]> {
  const got: unknown[] = [];
  const never = (): never => {
    throw new Error("not used here");
  };
  const source: Source<Word> = { kind: "none", boundedness: "bounded", createEnumerator: never, createReader: never };
  const writer: SinkWriter<Word> = {
    write: (record, { timestampMs, origin }) => void got.push([record, timestampMs, origin?.position]),
    prepareCommit: () => Promise.resolve([]),
    close: () => {},
  };
  const sink: Sink<Word> = { kind: "list", createWriter: () => writer };
  const graph = compileJob(
    job("test", env => void build(env.fromSource(source, "source").rebalance(), sink, env)),
    {},
    { parallelism: 1 },
  );
  const vertex = graph.vertices[1]!;
  const deployment = {
    job: { id: "j", name: "test", module: "", params: {}, graphHash: graph.hash },
    execution: "x",
    vertex: vertex.id,
    subtask: 0,
    attempt: 1,
    parallelism: 1,
    maxParallelism: 128,
    restoredCheckpoint: 0,
    inputs: [],
    outputs: [],
    restore: [],
  } satisfies TaskDeployment;
  const environment = { deployment, host: { clock: { now: () => 0 } } } as unknown as TaskEnvironment;
  const owner: ChainOwner = {
    environment,
    clock: { now: () => 0, timer: never },
    report: () => {},
    available: () => {},
    settled: () => {},
    fail: never,
  };
  const outputs = new Outputs(vertex, deployment, 1, () => {});
  const chain = new OperatorChain(vertex, outputs, await RestoredState.load(environment), owner);
  await chain.open();
  chain.input.watermark(watermarkMs);
  for (const [i, record] of records.entries()) chain.input.process(record, 10 * i, { split: "s", position: i });
  await chain.close();
  return got;
}

test("each result carries time and origin of the record that it was made from", async () => {
  const got = await through(
    (words, sink) =>
      words
        .filter(({ times }) => times > 0)
        .flatMap(({ text, times }) => Array.from({ length: times }, () => word(text)))
        .map(({ text }) => word(text.toUpperCase()))
        .process<Word>((record, context, out) => {
          if (context.timestampMs !== 20) out.collect(record);
        })
        .sinkTo(sink),
    [word("a", 2), word("b", 0), word("c"), word("d")],
  );
  expect(got).toEqual([
    [word("A"), 0, 0],
    [word("A"), 0, 0],
    [word("D"), 30, 3],
  ]);
});

test("an operator that changes a record in place reaches neither state nor another reader of the stream", async () => {
  const spoil = (record: Word): Word => Object.assign(record, { times: -100 });
  const got = await through(
    (words, sink) => {
      const counted = words.keyBy(({ text }) => text).reduce((a, b) => word(a.text, a.times + b.times));
      counted
        .map(spoil)
        .filter(() => false)
        .sinkTo(sink);
      counted.sinkTo(sink);
    },
    [word("a"), word("a"), word("a")],
  );
  expect(got).toEqual([
    [word("a", 1), 0, 0],
    [word("a", 2), 10, 1],
    [word("a", 3), 20, 2],
  ]);
});

test("rich functions are opened from the end and closed, once", async () => {
  const calls: string[] = [];
  const traced = (name: string): MapFunction<Word, Word> => ({
    open: ({ operator, subtask }) => void calls.push(`open ${operator}[${subtask}]`),
    map: record => record,
    close: () => void calls.push(`close ${name}`),
  });
  await through((words, sink) => words.map(traced("a")).name("a").map(traced("b")).name("b").sinkTo(sink), [word("x")]);
  expect(calls).toEqual(["open b[0]", "open a[0]", "close a", "close b"]);
});

test("what throws when it is closed keeps nothing else open, and its error is the one that is told", async () => {
  const closed: string[] = [];
  const closing = (name: string): MapFunction<Word, Word> => ({
    map: record => record,
    close() {
      closed.push(name);
      if (name !== "c") throw new Error(`${name} cannot close`);
    },
  });
  const build = (words: DataStream<Word>, sink: Sink<Word>) =>
    words.map(closing("a")).map(closing("b")).map(closing("c")).sinkTo(sink);
  await expect(through(build, [])).rejects.toThrow("a cannot close");
  expect(closed).toEqual(["a", "b", "c"]);
});

test("a copy is equal and shares nothing that can change", () => {
  const value = { text: "a", list: [1, { deep: [2n] }], bytes: Uint8Array.of(1), none: null, flag: true };
  const copy = copyValue(value) as typeof value;
  expect(copy).toEqual(value);
  for (const part of ["list", "bytes"] as const) expect(copy[part]).not.toBe(value[part]);
  expect((copy.list[1] as { deep: bigint[] }).deep).not.toBe((value.list[1] as { deep: bigint[] }).deep);
});

test("a watermark goes down every branch of a chain that forks", async () => {
  const seen: string[] = [];
  const noting = (name: string) => (record: Word, context: RecordContext, out: Collector<Word>) => {
    seen.push(`${name} ${context.watermarkMs}`);
    out.collect(record);
  };
  const fork = (words: DataStream<Word>, sink: Sink<Word>): void => {
    const numbers = words.map(one => one);
    for (const branch of ["a", "b"]) numbers.process(noting(branch)).name(branch).sinkTo(sink).name(`to-${branch}`);
  };
  await through(fork, [word("one")], 7);
  expect(seen).toEqual(["a 7", "b 7"]);
});
