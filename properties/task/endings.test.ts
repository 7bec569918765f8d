import { expect, test } from "vitest";
import { MiniCluster, sums } from "./mini-cluster.ts";
import { pay, add } from "./payment.ts";

/** How a subtask ends that does not finish. On two workers that talk over the simulated network. */

test("an exception of an author's function fails its subtask and no process", async () => {
  const cluster = new MiniCluster((env, self) =>
    env
      .fromSource(self.source(), "payments")
      .map(p => {
        if (p.cents < 0) throw new Error("a negative payment");
        return p;
      })
      .keyBy(p => p.account)
      .reduce(add)
      .sinkTo(self.sink()),
  );
  await cluster.deploy();
  cluster.feed(0, pay("ann", -1));
  await cluster.settle();
  expect(cluster.failures).toContain("payments[0]#1: Error: a negative payment");
});

test("a lost connection fails both ends of every channel on it", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.site.kill("tm1");
  await cluster.settle();
  expect(cluster.failures).toHaveLength(cluster.tasks.filter(task => task.worker === "tm0").length);
});

test("a cancelled subtask lets go of everything and says so once", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  await cluster.cancel();
  expect(cluster.canceled).toHaveLength(cluster.tasks.length);
  expect(cluster.failures).toEqual([]);
});

test("what a cancelled subtask has written can be asked of nobody: its worker has let go of it", async () => {
  const cluster = new MiniCluster(sums);
  await cluster.deploy();
  cluster.feed(0, pay("ann", 1));
  await cluster.cancel();
  const refusals = await cluster.askForOutputs();
  expect(refusals).toHaveLength(4);
  for (const refusal of refusals) expect(refusal).toMatch(/refused: no such producer within 1000 ms$/);
});
