import { expect, test } from "vitest";
import { Kernel, type KernelEnd } from "./kernel.ts";
import type { Incarnation } from "./process.ts";

test("turns are first come, first served, each with its microtasks before the next", async () => {
  const { tm0, at, seen, kernel } = world();
  at(1, () => {
    for (let i = 0; i < 5; i++) {
      tm0.turn(() => {
        seen.push(`turn ${i}`);
        void Promise.resolve().then(() => seen.push(`job ${i}`));
      });
    }
  });
  await kernel.run();
  expect(seen).toEqual([0, 1, 2, 3, 4].flatMap(i => [`turn ${i}`, `job ${i}`]));
});

test("a device has acted to the end before any process moves", async () => {
  const { tm0, tm1, at, seen, kernel } = world();
  at(1, () => {
    tm1.turn(() => seen.push("tm1"));
    tm0.turn(() => seen.push("tm0"));
    seen.push("device");
  });
  await kernel.run();
  expect(seen).toEqual(["device", "tm1", "tm0"]);
});

test("a turn that another process asks for is an event of its own", async () => {
  const { tm0, tm1, at, seen, kernel } = world();
  at(1, () =>
    tm0.turn(() => {
      tm1.turn(() => seen.push("tm1"));
      seen.push("tm0");
    }),
  );
  await kernel.run();
  expect(seen).toEqual(["tm0", "tm1"]);
  expect(kernel.events).toBe(2);
});

test("a kill in mid-turn voids the port at once, and drops the turns that wait", async () => {
  const { tm0, at, seen, kernel } = world();
  at(1, () => {
    tm0.turn(() => {
      seen.push(tm0.enter(1) ? "before" : "void");
      tm0.kill();
      seen.push(tm0.enter(1) ? "after" : "void");
    });
    tm0.turn(() => seen.push("next turn"));
  });
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual(["before", "void"]);
  expect(tm0.calls).toBe(1);
});

test("a watched call never happens, and the one before it does", async () => {
  const { tm0, at, seen, kernel } = world();
  tm0.watchedCall = 3;
  tm0.onWatchedCall = () => tm0.kill();
  at(1, () => tm0.turn(() => seen.push(...[1, 2, 3, 4].filter(() => tm0.enter(1)).map(String))));
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual(["1", "2"]);
});

test("work delays later turns of that process, and when it is slow each turn does, and nobody else's", async () => {
  const { tm0, tm1, at, seen, kernel } = world();
  const see = (who: string): void => void seen.push(`${who} ${kernel.nowUs}`);
  at(10, () => {
    tm0.turn(() => tm0.work(5));
    tm0.turn(() => see("tm0"));
    tm1.turn(() => see("tm1"));
  });
  at(100, () => {
    tm0.slow(3);
    tm0.turn(() => tm0.work(5));
    tm0.turn(() => see("tm0"));
  });
  await kernel.run();
  expect(seen).toEqual(["tm1 10", "tm0 15", "tm0 145"]);
});

test("a paused process does nothing, and then everything in order", async () => {
  const { tm0, at, seen, kernel } = world();
  const see = (what: string): void => void seen.push(`${what} ${kernel.nowUs}`);
  at(1, () => {
    tm0.turn(() => tm0.work(100));
    tm0.turn(() => see("first"));
  });
  at(5, () => tm0.pause());
  at(6, () => tm0.turn(() => see("second")));
  at(500, () => tm0.resume());
  await kernel.run();
  expect(seen).toEqual(["first 500", "second 500"]);
});

test("a process paused for ever leaves nothing behind", async () => {
  const { tm0, at, seen, kernel } = world();
  at(1, () => {
    tm0.turn(() => seen.push("never"));
    tm0.pause();
  });
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual([]);
});

test("a port call from another process breaks the run and names both", async () => {
  const { tm0, tm1, at, kernel } = world();
  let settle: (() => void) | undefined;
  const shared = new Promise<void>(resolve => (settle = resolve));
  at(1, () => tm0.turn(() => void shared.then(() => tm0.enter(1))));
  at(2, () => tm1.turn(() => settle!()));
  expect(await kernel.run()).toEqual({
    kind: "broken",
    reason: "The port of tm0 was called from tm1: processes share nothing but bytes.",
    error: undefined,
  });
});

test("a port call from outside every process breaks the run", async () => {
  const { tm0, at, kernel } = world();
  at(1, () => void tm0.enter(1));
  expect(await kernel.run()).toMatchObject({
    kind: "broken",
    reason: expect.stringContaining("from outside every process") as string,
  });
});

test("a process that keeps asking for turns runs out of the event budget", async () => {
  const { tm0, at, kernel } = world({ eventsMax: 500 });
  const again = (): void => tm0.turn(again);
  at(1, () => tm0.turn(again));
  expect(await kernel.run()).toEqual({ kind: "exhausted", budget: "events" } satisfies KernelEnd);
});

test("work that is no whole number of microseconds is a broken invariant, not a crash of the process", async () => {
  const { tm0, at, kernel } = world();
  at(1, () => tm0.turn(() => tm0.work(0.5)));
  expect(await kernel.run()).toMatchObject({ kind: "broken", reason: expect.stringContaining("tm0: 0.5") as string });
});

interface World {
  readonly kernel: Kernel;
  readonly tm0: Incarnation;
  readonly tm1: Incarnation;
  readonly seen: string[];
  at(atUs: number, act: () => void): void;
}

function world(options: { readonly eventsMax?: number } = {}): World {
  const kernel = new Kernel({ seed: "process", ...options });
  const net = kernel.owner("net");
  return {
    kernel,
    tm0: kernel.incarnation("tm0", 0),
    tm1: kernel.incarnation("tm1", 0),
    seen: [],
    at: (atUs, act) => void kernel.at(atUs, net, act),
  };
}
