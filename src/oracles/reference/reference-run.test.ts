import { expect, test } from "vitest";
import type { StreamExecutionEnvironment } from "../../runtime/api/environment.ts";
import { job } from "../../runtime/api/job.ts";
import type { Sink } from "../../runtime/api/sink.ts";
import type { Source } from "../../runtime/api/source.ts";
import { describeJob } from "../../runtime/graph/compile-job.ts";
import { NotJudged } from "./not-judged.ts";
import { imageOf } from "./plain-value.ts";
import { referenceStrands, type Strand } from "./reference-run.ts";

interface Payment {
  readonly account: string;
  readonly cents: number;
}

const payments = (...of: [string, number][]): Payment[] => of.map(([account, cents]) => ({ account, cents }));

test("a reduce is folded per key, in the order that it is led along", () => {
  const strands = run(env =>
    env
      .fromSource(source(), "payments")
      .keyBy(p => p.account)
      .reduce((sum, p) => ({ ...p, cents: sum.cents + p.cents }))
      .sinkTo(sink),
  );
  expect(strands.map(strand => strand.name)).toEqual(['reduce["ann"]', 'reduce["bob"]']);
  expect(folded(strands[0]!)).toEqual(['{"account":"ann","cents":1}', '{"account":"ann","cents":5}']);
  expect(folded(strands[1]!)).toEqual(['{"account":"bob","cents":2}']);
});

test("stateless operators stand before the key is taken, and behind the state", () => {
  const strands = run(env =>
    env
      .fromSource(source(), "payments")
      .flatMap(p => [p, { ...p, account: `${p.account}!` }])
      .filter(p => p.account.startsWith("ann"))
      .keyBy(p => p.account)
      .reduce((sum, p) => ({ ...p, cents: sum.cents + p.cents }))
      .map(p => p.cents)
      .filter(cents => cents > 1)
      .sinkTo(sink as unknown as Sink<number>),
  );
  expect(strands.map(folded)).toEqual([["5"], ["5"]]);
});

test("a fold that is begun again has no memory of the one before", () => {
  const [ann] = run(env =>
    env
      .fromSource(source(), "payments")
      .keyBy(p => p.account)
      .process<Payment>(counting())
      .sinkTo(sink),
  );
  expect(folded(ann!)).toEqual(folded(ann!));
});

test("the author's function cannot change the reference's records or state by mutating what it was given", () => {
  const [ann] = run(env =>
    env
      .fromSource(source(), "payments")
      .keyBy(p => p.account)
      .reduce((sum, p) => Object.assign(sum as { cents: number }, { cents: sum.cents + p.cents }) as Payment)
      .sinkTo(sink),
  );
  expect(folded(ann!)).toEqual(['{"account":"ann","cents":1}', '{"account":"ann","cents":5}']);
  expect(folded(ann!)).toEqual(['{"account":"ann","cents":1}', '{"account":"ann","cents":5}']);
});

test("state is what the fold has left under each name", () => {
  const [ann] = run(env =>
    env
      .fromSource(source(), "payments")
      .keyBy(p => p.account)
      .process<Payment>(counting())
      .sinkTo(sink),
  );
  const fold = ann!.begin();
  for (const input of ann!.splits.flat()) fold.step(input);
  expect([...fold.state()]).toEqual([["count", 2]]);
});

test("where a rebalance may reorder records no order of the split is demanded", () => {
  const [ann] = run(env =>
    env
      .fromSource(source(), "payments")
      .rebalance()
      .map(p => p)
      .keyBy(p => p.account)
      .reduce((_, p) => p)
      .sinkTo(sink),
  );
  expect(ann!.splits.map(list => list.length)).toEqual([1, 1]);
});

test("what reaches a key by two ways keeps the order of each way, and none between them", () => {
  const [ann] = run(
    env => {
      const all = env.fromSource(source(), "payments");
      const large = all.filter(p => p.cents >= 4).map(p => p);
      return all
        .union(large)
        .keyBy(p => p.account)
        .reduce((_, p) => p)
        .sinkTo(sink);
    },
    ["ann", 8],
  );
  const lists = ann!.splits.map(list => list.map(({ split, position }) => `${split}@${position}`));
  expect(lists).toEqual([["payments/0@0", "payments/0@2"], ["payments/0@2"], ["payments/1@0"], ["payments/1@0"]]);
  expect(ann!.emitsInOrder).toBe(true);
});

test("results that go two ways to one sink keep no order there", () => {
  const [ann] = run(env => {
    const all = env
      .fromSource(source(), "payments")
      .keyBy(p => p.account)
      .reduce((_, p) => p);
    return all.union(all.map(p => p)).sinkTo(sink);
  });
  expect(ann!.emitsInOrder).toBe(false);
});

test("a stateless job has one strand for each split and sink", () => {
  const strands = run(env =>
    env
      .fromSource(source(), "payments")
      .map(p => p)
      .sinkTo(sink),
  );
  expect(strands.map(strand => strand.name)).toEqual(["sink[from payments/0]", "sink[from payments/1]"]);
});

test("a keyed operator behind another is not judged, by name", () => {
  const twice = () =>
    run(env =>
      env
        .fromSource(source(), "payments")
        .keyBy(p => p.account)
        .reduce((_, p) => p)
        .keyBy(p => p.cents)
        .reduce((_, p) => p)
        .sinkTo(sink),
    );
  expect(twice).toThrow(NotJudged);
});

const sink = { kind: "test" } as unknown as Sink<Payment>;

function source(): Source<Payment> {
  return { kind: "test", boundedness: "bounded" } as unknown as Source<Payment>;
}

function counting() {
  let count: { value(): number | undefined; update(value: number): void };
  return {
    open(context: { valueState(name: string): typeof count }) {
      count = context.valueState("count");
    },
    process(record: Payment, _context: unknown, out: { collect(record: Payment): void }) {
      count.update((count.value() ?? 0) + 1);
      out.collect({ ...record, cents: count.value()! });
    },
  };
}

function run(factory: (env: StreamExecutionEnvironment) => unknown, ...more: [string, number][]): readonly Strand[] {
  const graph = describeJob(
    job("reference-test", env => void factory(env)),
    {},
    { parallelism: 2 },
  );
  return referenceStrands(graph, {
    splitsOf: () => [
      { split: "payments/0", records: payments(["ann", 1], ["bob", 2], ...more) },
      { split: "payments/1", records: payments(["ann", 4]) },
    ],
    emissionOf: (to, record) => ({ sink: to.uid, image: imageOf(record), show: () => imageOf(record) }),
  });
}

function folded(strand: Strand): string[] {
  const fold = strand.begin();
  return strand.splits.flat().flatMap(input => fold.step(input).map(emission => emission.image));
}
