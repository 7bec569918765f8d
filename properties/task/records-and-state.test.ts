import { expect, test } from "vitest";
import type { KeyedProcessFunction } from "../../src/runtime/api/functions.ts";
import { watermarks } from "../../src/runtime/api/watermarks.ts";
import { MiniCluster, sums, type ClusterFactory } from "./mini-cluster.ts";
import { type Payment, pay, byText } from "./payment.ts";

/** What a subtask makes of records, and what of it is kept. On two workers that talk over the simulated network. */

test("records flow through chain, exchange and state to the sink, across workers", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1), pay("bob", 10), pay("ann", 2));
  cluster.feed(1, pay("cid", 5));
  await cluster.checkpoint(1);
  expect(cluster.committed.toSorted(byText)).toEqual(
    [pay("ann", 1), pay("ann", 3), pay("bob", 10), pay("cid", 5)].toSorted(byText),
  );
});

test("state holds exactly the records before the barrier (BA-1)", async () => {
  const cluster = new MiniCluster(sums, { creditsPerChannel: 1 });
  await cluster.deploy();
  cluster.feed(0, ...Array.from({ length: 40 }, (_, i) => pay(`a${i % 5}`, 1)));
  cluster.feed(1, ...Array.from({ length: 40 }, (_, i) => pay(`a${i % 5}`, 100)));
  await cluster.trigger(1);
  const positions = cluster.splitsOf(1).map(split => split.next);
  const expected = new Map<string, number>();
  for (const [split, next] of positions.entries()) {
    for (let i = 0; i < next; i++)
      expected.set(`a${i % 5}`, (expected.get(`a${i % 5}`) ?? 0) + (split === 0 ? 1 : 100));
  }
  const held = cluster.stateOf(1).map(({ key, value }) => [key, (value as Payment).cents]);
  expect(new Map(held as [string, number][])).toEqual(expected);
});

test("a restore goes on exactly where the checkpoint was, also with another parallelism", async () => {
  for (const parallelism of [2, 1, 3]) {
    const before = new MiniCluster(sums);
    await before.deploy();
    before.feed(0, pay("ann", 1), pay("bob", 2));
    await before.checkpoint(1);
    before.feed(0, pay("ann", 1_000));
    await before.trigger(2);

    const after = new MiniCluster(sums, { parallelism, feeds: before.feeds, ledger: before.ledger });
    await after.deploy(before.acknowledged(1), 1);
    await after.checkpoint(3);
    expect(after.committed.filter(({ account }) => account === "ann").map(({ cents }) => cents)).toEqual([1, 1_001]);
  }
});

test("after any rescale what was prepared is committed once, and every split is read on by one subtask", async () => {
  const people = ["ann", "bob", "cid", "dan", "eve", "fay"];
  const feedBoth = (cluster: MiniCluster, cents: number) => {
    for (const feed of [0, 1]) cluster.feed(feed, ...people.map(person => pay(`${person}${feed}`, cents)));
  };
  const expected = [0, 1].flatMap(feed =>
    people.flatMap(person => [1, 11].map(cents => pay(`${person}${feed}`, cents))),
  );
  for (const [from, to] of [
    [2, 2],
    [2, 1],
    [2, 3],
    [3, 2],
    [1, 3],
  ] as const) {
    const before = new MiniCluster(sums, { parallelism: from });
    await before.deploy();
    feedBoth(before, 1);
    await before.settle();
    await before.trigger(1);
    const after = new MiniCluster(sums, { parallelism: to, feeds: before.feeds, ledger: before.ledger });
    await after.deploy(before.acknowledged(1), 1);
    feedBoth(after, 10);
    await after.settle();
    await after.checkpoint(2);
    expect({ from, to, committed: after.committed.toSorted(byText) }).toEqual({
      from,
      to,
      committed: expected.toSorted(byText),
    });
  }
});

test("event-time timers fire by the watermark, and survive a restore", async () => {
  const lastCents: KeyedProcessFunction<string, Payment, Payment> = {
    process(record, context) {
      context.registerEventTimer(record.cents + 100);
    },
    onTimer(timer, context, out) {
      out.collect(pay(context.key, timer.atMs));
    },
  };
  const build: ClusterFactory = (env, cluster) =>
    env
      .fromSource(
        cluster.source(),
        watermarks.monotonic(p => p.cents),
        "payments",
      )
      .keyBy(p => p.account)
      .process(lastCents)
      .sinkTo(cluster.sink());
  const before = new MiniCluster(build, { parallelism: 1 });
  await before.deploy();
  before.feed(0, pay("ann", 1), pay("bob", 50), pay("cid", 120));
  await before.checkpoint(1);
  expect(before.committed).toEqual([pay("ann", 101)]);
  const after = new MiniCluster(build, { parallelism: 1, feeds: before.feeds, ledger: before.ledger });
  await after.deploy(before.acknowledged(1), 1);
  after.endFeeds();
  await after.checkpoint(2);
  expect(after.committed).toEqual([pay("ann", 101), pay("bob", 150), pay("cid", 220)]);
});

test("what a timer sends on goes out before the watermark that fired it, and is late for nobody", async () => {
  const atItsTimer: KeyedProcessFunction<string, Payment, Payment> = {
    process(record, context) {
      context.registerEventTimer(record.cents + 10);
    },
    onTimer: (timer, context, out) => out.collect(pay(context.key, timer.atMs)),
  };
  const late: string[] = [];
  const arrived: string[] = [];
  const whenItArrives: KeyedProcessFunction<string, Payment, Payment> = {
    process(_record, { key, timestampMs, watermarkMs }) {
      arrived.push(`${key}@${timestampMs}`);
      if (timestampMs! <= watermarkMs) late.push(`${key}@${timestampMs} behind ${watermarkMs}`);
    },
  };
  const build: ClusterFactory = (env, mini) =>
    env
      .fromSource(
        mini.source(),
        watermarks.monotonic(p => p.cents),
        "payments",
      )
      .keyBy(p => p.account)
      .process(atItsTimer)
      .keyBy(p => p.account)
      .process(whenItArrives)
      .sinkTo(mini.sink());
  const cluster = new MiniCluster(build, { parallelism: 1 });
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1), pay("bob", 20), pay("cid", 40));
  cluster.endFeeds();
  await cluster.settle();
  expect(arrived).toEqual(["ann@11", "bob@30", "cid@50"]);
  expect(late).toEqual([]);
});
