import { expect, test } from "vitest";
import { MiniCluster, sums } from "./mini-cluster.ts";
import { pay } from "./payment.ts";

/** What a subtask with several inputs holds back, and for how long. On two workers that talk over the simulated network. */

test("no record from behind a barrier is processed before every input delivered it (BA-2)", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.trigger1(1, "payments", 0);
  cluster.feed(0, pay("ann", 1));
  await cluster.settle();
  expect(cluster.acknowledged(1).map(({ vertex, subtask }) => `${vertex}[${subtask}]`)).toEqual(["payments[0]"]);
  cluster.trigger1(1, "payments", 1);
  await cluster.settle();
  expect(cluster.acknowledged(1)).toHaveLength(cluster.tasks.length);
  expect(cluster.stateOf(1)).toEqual([]);
  await cluster.trigger(2);
  expect(cluster.stateOf(2)).toHaveLength(1);
});

test("a newer barrier releases channels that wait for an older one (BA-4)", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.trigger1(1, "payments", 0);
  cluster.feed(0, pay("ann", 1));
  await cluster.checkpoint(2);
  expect(cluster.committed).toEqual([pay("ann", 1)]);
  expect(cluster.declined).toContain("1 alignment-cancelled");
});

test("an abort releases channels, and barriers that come later are void (BA-4)", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.trigger1(1, "payments", 0);
  cluster.feed(0, pay("ann", 1));
  await cluster.abort(1);
  cluster.trigger1(1, "payments", 1);
  await cluster.checkpoint(2);
  expect(cluster.committed).toEqual([pay("ann", 1)]);
  expect(cluster.failures).toEqual([]);
});
