import { expect, test } from "vitest";
import { Journal } from "./journal.ts";
import { Kernel } from "./kernel.ts";

test("events run by instant, and time jumps to each", async () => {
  const kernel = new Kernel({ seed: "a" });
  const seen: number[] = [];
  for (const atUs of [30, 10, 20]) kernel.at(atUs, kernel.owner("net"), () => seen.push(kernel.nowUs));
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual([10, 20, 30]);
});

test("an event asked for in the past happens now", async () => {
  const kernel = new Kernel({ seed: "a" });
  const net = kernel.owner("net");
  let seen = -1;
  kernel.at(50, net, () => kernel.at(10, net, () => (seen = kernel.nowUs)));
  await kernel.run();
  expect(seen).toBe(50);
});

test("an instant that is no whole number of microseconds is refused with its owner", () => {
  const kernel = new Kernel({ seed: "a" });
  for (const atUs of [0.5, NaN, Infinity]) {
    expect(() => kernel.at(atUs, kernel.owner("net"), () => {})).toThrow(/whole microseconds \(net: /);
  }
});

test("ties at one instant are the seed's: another seed, another order", async () => {
  const orders = await Promise.all(["a", "b", "a"].map(seed => orderOfTies(seed, ["x", "y", "z"])));
  expect(orders[0]).toEqual(orders[2]);
  expect(orders[0]).not.toEqual(orders[1]);
});

test("plain ties: events of one instant keep the order in which they were asked for, whatever the seed", async () => {
  const asked = Array.from({ length: 10 }, (_, i) => [`x${i}`, `y${i}`, `z${i}`]).flat();
  expect(await orderOfTies("a", ["x", "y", "z"])).not.toEqual(asked);
  for (const seed of ["a", "b"]) expect(await orderOfTies(seed, ["x", "y", "z"], "fifo")).toEqual(asked);
});

test("without one owner's events, all others keep their order", async () => {
  const all = await orderOfTies("a", ["x", "y", "z"]);
  const without = await orderOfTies("a", ["x", "z"]);
  expect(without).toEqual(all.filter(event => !event.startsWith("y")));
});

test("same seed, same digest; another seed or another message, another digest", async () => {
  const digests = await Promise.all([digestOf("a", 1), digestOf("a", 1), digestOf("b", 1), digestOf("a", 2)]);
  expect(digests[1]).toBe(digests[0]);
  expect(new Set(digests).size).toBe(3);
});

test("a budget of time and of events ends the run and says which", async () => {
  const timeOut = new Kernel({ seed: "a", untilUs: 100 });
  endless(timeOut);
  expect(await timeOut.run()).toEqual({ kind: "exhausted", budget: "time" });
  expect(timeOut.nowUs).toBeLessThanOrEqual(100);
  const eventsOut = new Kernel({ seed: "a", eventsMax: 100 });
  endless(eventsOut);
  expect(await eventsOut.run()).toEqual({ kind: "exhausted", budget: "events" });
  expect(eventsOut.events).toBe(100);
});

test("stop ends the run after the event on hand, and a broken run stays broken", async () => {
  const kernel = new Kernel({ seed: "a" });
  endless(kernel);
  let steps = 0;
  kernel.onStep = () => {
    if (++steps === 7) kernel.stop();
  };
  expect(await kernel.run()).toEqual({ kind: "stopped" });
  expect(kernel.events).toBe(7);
  kernel.breakRun("first");
  kernel.breakRun("second");
  expect(await kernel.run()).toMatchObject({ kind: "broken", reason: "first" });
});

test("the thread gets its turn while a run goes on", async () => {
  const kernel = new Kernel({ seed: "a" });
  endless(kernel);
  setTimeout(() => kernel.stop(), 1);
  expect(await kernel.run()).toEqual({ kind: "stopped" });
});

test("two worlds on one thread do not disturb each other", async () => {
  const alone = await digestOf("a", 1);
  const [beside] = await Promise.all([digestOf("a", 1), digestOf("b", 3)]);
  expect(beside).toBe(alone);
});

test("a name has one owner's number, however many there are", () => {
  const kernel = new Kernel({ seed: "a" });
  const numbers = Array.from({ length: 300 }, (_, i) => kernel.owner(`tm${i}`));
  expect(new Set(numbers).size).toBe(300);
  expect(kernel.owner("tm7")).toBe(numbers[7]);
  expect(kernel.ownerName(numbers[7]!)).toBe("tm7");
});

/** Ten events of each owner, all at one instant, in the order in which they ran. */
async function orderOfTies(seed: string, owners: readonly string[], ties?: "fifo"): Promise<string[]> {
  const kernel = new Kernel({ seed, ...(ties === undefined ? {} : { ties }) });
  const order: string[] = [];
  for (let i = 0; i < 10; i++) {
    for (const owner of owners) kernel.at(5, kernel.owner(owner), () => order.push(`${owner}${i}`));
  }
  await kernel.run();
  return order;
}

async function digestOf(seed: string, message: number): Promise<string> {
  const journal = new Journal();
  const kernel = new Kernel({ seed, journal });
  const processes = [0, 1, 2].map(i => kernel.incarnation(`tm${i}`, 0));
  for (const process of processes) {
    let left = 200;
    const turn = (): void => {
      process.enter(1);
      process.fold(2, message);
      if (--left > 0) kernel.at(kernel.nowUs + (left % 3), process.owner, () => process.turn(turn));
    };
    kernel.at(0, process.owner, () => process.turn(turn));
  }
  await kernel.run();
  return journal.digest.hex;
}

function endless(kernel: Kernel): void {
  const net = kernel.owner("net");
  const again = (): void => void kernel.at(kernel.nowUs + 3, net, again);
  kernel.at(0, net, again);
}
