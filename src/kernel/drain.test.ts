import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Journal } from "./journal.ts";
import { Kernel, type KernelEnd } from "./kernel.ts";
import { misbehaviours, playMisbehaviour } from "./testing/misbehaviour.ts";

const drains = ["synchronous", "macrotask"] as const;

for (const drain of drains) {
  for (const { name, crashes } of misbehaviours) {
    test(`${drain} drain: ${name} ${crashes ? "kills its process and nobody else" : "is no crash"}`, async () => {
      const played = await playMisbehaviour(name, drain);
      expect(played).toEqual({ end: "idle", crashed: crashes ? ["bad: on purpose"] : [], turnsOfOther: 2, leaked: 0 });
    });
  }

  test(`${drain} drain: every job of a turn is over before the next turn, however deep`, async () => {
    const { kernel } = world(drain);
    const order: string[] = [];
    const process = kernel.incarnation("tm0", 0);
    kernel.at(1, 0, () => {
      process.turn(() => {
        queueMicrotask(() => order.push("microtask"));
        globalThis.process.nextTick(() => order.push("tick"));
        void deep(50).then(() => order.push("deep"));
      });
      process.turn(() => order.push("next turn"));
    });
    await kernel.run();
    expect(order).toEqual(["tick", "microtask", "deep", "next turn"]);
  });

  test(`${drain} drain: the listeners of the real process are back after the run`, async () => {
    const mine = (): void => {};
    process.once("unhandledRejection", mine);
    const before = process.rawListeners("unhandledRejection");
    await playMisbehaviour("a rejection", drain);
    expect(process.rawListeners("unhandledRejection")).toEqual(before);
    expect(process.listeners("unhandledRejection")).toContain(mine);
    process.off("unhandledRejection", mine);
  });
}

test("both drains give the same digest", async () => {
  const digests: string[] = [];
  for (const drain of drains) {
    const { kernel, journal } = world(drain);
    const processes = ["tm0", "tm1", "jm0"].map(role => kernel.incarnation(role, 0));
    const chatter = (depth: number, self: number): void => {
      const process = processes[self % 3]!;
      process.enter(7);
      process.work(3);
      void deep(depth % 4).then(() => {
        if (process.enter(8) && depth > 0)
          kernel.at(kernel.nowUs + (depth % 5), process.owner, () =>
            processes[(self + 1) % 3]!.turn(() => chatter(depth - 1, self + 1)),
          );
      });
    };
    kernel.at(1, 0, () => processes.forEach((process, i) => process.turn(() => chatter(40, i))));
    expect(await kernel.run()).toEqual({ kind: "idle" });
    digests.push(journal.digest.hex);
  }
  expect(digests[0]).toBe(digests[1]);
});

test("a worker thread drains and charges as the main thread does", async () => {
  const thread = new Worker(threadCode, { eval: true, workerData: import.meta.resolve("./testing/misbehaviour.ts") });
  const played = await new Promise<unknown>((resolve, reject) => thread.once("message", resolve).once("error", reject));
  const expected = misbehaviours.map(({ crashes }) => ({
    end: "idle",
    crashed: crashes ? ["bad: on purpose"] : [],
    turnsOfOther: 2,
    leaked: 0,
  }));
  expect(played).toEqual(expected);
});

test("a rejection of a process that is dead is dropped", async () => {
  const { kernel } = world("synchronous");
  const crashed: string[] = [];
  kernel.onCrash = incarnation => crashed.push(incarnation.role);
  const process = kernel.incarnation("tm0", 0);
  kernel.at(1, 0, () =>
    process.turn(() => {
      process.kill();
      void Promise.reject(new Error("of the dead"));
      queueMicrotask(() => {
        throw new Error("of the dead");
      });
    }),
  );
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(crashed).toEqual([]);
});

test("an error of a device breaks the run and says which", async () => {
  const { kernel } = world("synchronous");
  kernel.at(1, 0, () => {
    throw new TypeError("no such link");
  });
  const end = (await kernel.run()) as Extract<KernelEnd, { kind: "broken" }>;
  expect(end).toMatchObject({ kind: "broken", reason: "TypeError: no such link" });
  expect(end.error).toBeInstanceOf(TypeError);
});

function world(drain: "synchronous" | "macrotask"): { kernel: Kernel; journal: Journal } {
  const journal = new Journal();
  const kernel = new Kernel({ seed: "drain", journal, drain });
  kernel.owner("device");
  return { kernel, journal };
}

async function deep(depth: number): Promise<void> {
  if (depth > 0) await deep(depth - 1);
}

const threadCode = `
const { parentPort, workerData } = require("node:worker_threads");
const { createJiti } = require("jiti");
createJiti(workerData).import(workerData).then(async ({ misbehaviours, playMisbehaviour }) => {
  const played = [];
  for (const { name } of misbehaviours) played.push(await playMisbehaviour(name, "synchronous"));
  parentPort.postMessage(played);
});
`;
