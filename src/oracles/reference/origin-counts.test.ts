import { expect, test } from "vitest";
import type { DataStream } from "../../runtime/api/stream.ts";
import { job } from "../../runtime/api/job.ts";
import { logSink } from "../../runtime/connectors/log-sink.ts";
import { logSource } from "../../runtime/connectors/log-source.ts";
import { describeJob } from "../../runtime/graph/compile-job.ts";
import type { CommittedRecord } from "./committed-pool.ts";
import type { OutputTerms } from "./sink-group.ts";
import { NotJudged } from "./not-judged.ts";
import { miscounted } from "./origin-counts.ts";

const sum = (a: number, b: number): number => a + b;

/** 1, 2 and 3 are read; 2 is dropped before the first key, and each goes by two ways to the sink behind the second. */
function graphOf(behind: (stream: DataStream<number>) => DataStream<number> = stream => stream) {
  const twice = job("twice", env => {
    const first = env
      .fromSource(logSource<number>({ topic: "in", bounded: true }), "in")
      .filter(number => number !== 2)
      .keyBy(number => number % 2)
      .reduce(sum);
    const second = behind(first.map(number => number * 10))
      .keyBy(number => number % 3)
      .reduce(sum);
    first.union(second).sinkTo(logSink({ topic: "out" }));
  });
  return describeJob(twice, {}, { parallelism: 2 });
}

const splitsOf = () => [{ split: "in/0", records: [1, 2, 3] }];
const whole: OutputTerms = { complete: true, atLeastOnce: new Set(), mayBeLost: false };

function committed(...positions: readonly number[]): CommittedRecord[] {
  return positions.map((position, place) => ({
    ...{ sink: "sink", split: "in/0", position, image: "any", lane: "out/0", place },
    show: () => "any",
  }));
}

test("each input owes a sink one record for each way there, whatever its value", () => {
  const count = (...positions: number[]) => miscounted(graphOf(), { splitsOf }, committed(...positions), whole);
  expect(count(0, 0, 2, 2)).toBeUndefined();
  expect(count(0, 2, 2)).toMatchObject({ origin: "in/0@0", owed: 2, committed: 1 });
  expect(count(0, 0, 2, 2, 2)).toMatchObject({ origin: "in/0@2", owed: 2, committed: 3 });
  expect(count(0, 0, 1, 2, 2)).toMatchObject({ origin: "in/0@1", owed: 0, committed: 1 });
});

test("what is still to come is missed of a job that is through alone, and a sink that writes at least once may repeat", () => {
  const records = committed(0, 2, 2, 2);
  const count = (terms: Partial<OutputTerms>) => miscounted(graphOf(), { splitsOf }, records, { ...whole, ...terms });
  expect(count({ complete: false })).toMatchObject({ origin: "in/0@2", committed: 3 });
  expect(count({ atLeastOnce: new Set(["sink"]) })).toMatchObject({ origin: "in/0@0", committed: 1 });
  for (const terms of [{ complete: false }, { mayBeLost: true }])
    expect(count({ ...terms, atLeastOnce: new Set(["sink"]) })).toBeUndefined();
});

test("a sink that writes at least once repeats what it is owed, and holds nothing that nobody owes it", () => {
  const terms = { ...whole, atLeastOnce: new Set(["sink"]) };
  const count = (...positions: number[]) => miscounted(graphOf(), { splitsOf }, committed(...positions), terms);
  expect(count(0, 0, 0, 2, 2)).toBeUndefined();
  expect(count(0, 0, 1, 2, 2)).toMatchObject({ origin: "in/0@1", owed: 0, committed: 1 });
});

test("behind a key what an operator lets pass hangs on the order, and is not counted", () => {
  const graph = graphOf(stream => stream.filter(number => number > 10));
  expect(() => miscounted(graph, { splitsOf }, [], whole)).toThrow(NotJudged);
});
