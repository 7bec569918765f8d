import { expect, test } from "vitest";
import { MiniCluster, sums } from "./mini-cluster.ts";
import { pay } from "./payment.ts";

/** When the work of an epoch is committed, and what becomes of it when nobody knows. On two workers that talk over the simulated network. */

test("nothing is committed before a checkpoint that holds it is complete", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  await cluster.settle();
  await cluster.trigger(1);
  expect(cluster.acknowledged(1)).toHaveLength(cluster.tasks.length);
  expect(cluster.committed).toEqual([]);
  await cluster.complete(1);
  expect(cluster.committed).toEqual([pay("ann", 1)]);
});

test("an aborted checkpoint's work is committed with the next one that completes", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  await cluster.trigger(1);
  await cluster.abort(1);
  cluster.feed(0, pay("ann", 2));
  await cluster.checkpoint(2);
  expect(cluster.committed).toEqual([pay("ann", 1), pay("ann", 3)]);
});

test("what the restored checkpoint had prepared is committed before new input", async () => {
  const before = new MiniCluster(sums);
  await before.deploy();
  before.feed(0, pay("ann", 1));
  await before.trigger(1);
  const after = new MiniCluster(sums, { feeds: before.feeds, ledger: before.ledger });
  await after.deploy(before.acknowledged(1), 1);
  expect(after.committed).toEqual([pay("ann", 1)]);
});

test("an unknown outcome is asked again until it is known", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  cluster.ledger.answers.push("unknown", "unknown", "already-committed");
  await cluster.checkpoint(1);
  expect(cluster.ledger.asked).toBe(3);
  expect(cluster.failures).toEqual([]);
});

test("lost prepared work fails the subtask loudly", async () => {
  for (const outcome of ["aborted", "unknown-id"] as const) {
    const cluster = new MiniCluster(sums);
    await cluster.deploy();
    cluster.feed(0, pay("ann", 1));
    cluster.ledger.answers.push(outcome);
    await cluster.checkpoint(1);
    expect(cluster.failures.join()).toContain(outcome);
  }
});

test("a bounded job finishes only after a checkpoint behind its end, with everything committed (SK-6)", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1), pay("ann", 2));
  await cluster.trigger(1);
  cluster.endFeeds();
  await cluster.settle();
  await cluster.complete(1);
  expect(cluster.endOfData).toBe(cluster.tasks.length);
  expect(cluster.finished).toEqual([]);
  await cluster.checkpoint(2);
  expect(cluster.finished).toHaveLength(cluster.tasks.length);
  expect(cluster.committed).toEqual([pay("ann", 1), pay("ann", 3)]);
});

test("a consumer whose notification was lost learns of the last checkpoint from its producers", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  cluster.endFeeds();
  await cluster.trigger(1);
  await cluster.complete(1, task => task.vertex.id === "payments");
  expect(cluster.finished).toHaveLength(cluster.tasks.length);
  expect(cluster.committed).toEqual([pay("ann", 1)]);
});

test("a job without checkpoints commits at its end", async () => {
  const cluster = new MiniCluster(sums, { checkpointed: false });
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  cluster.endFeeds();
  await cluster.settle();
  expect(cluster.committed).toEqual([pay("ann", 1)]);
  expect(cluster.finished).toHaveLength(cluster.tasks.length);
});
