import { expect, test } from "vitest";
import { KeyedState } from "../state/keyed-state.ts";
import { StateFileWriter } from "../state/state-file.ts";
import { KeyedTimers } from "./keyed-timers.ts";

/** Timers over a wall clock that the test moves. */
function operator() {
  const state = new KeyedState("op", { first: 0, last: 127 }, 128);
  const fired: string[] = [];
  let nowMs = 0;
  let armed: { readonly atMs: number; readonly fire: () => void } | undefined;
  const timers = new KeyedTimers(state, {
    now: () => nowMs,
    timer: (delayMs, fire) => {
      armed = { atMs: nowMs + delayMs, fire };
      return { cancel: () => (armed = undefined) };
    },
  });
  const open = (): void =>
    timers.open((domain, atMs) => void fired.push(`${domain} ${String(state.currentKey)}@${atMs}`));
  const passTo = (ms: number): void => {
    nowMs = ms;
    while (armed !== undefined && armed.atMs <= nowMs) {
      const { fire } = armed;
      armed = undefined;
      fire();
    }
  };
  const at = (key: string): KeyedTimers => {
    state.setCurrentKey(key);
    return timers;
  };
  return { state, timers, fired, open, passTo, at, armedAt: () => armed?.atMs };
}

test("an event timer fires once, by the watermark that reaches it, in the order of time and key", () => {
  const { timers, fired, open, at } = operator();
  open();
  at("b").registerEventTimer(10);
  at("a").registerEventTimer(10);
  at("a").registerEventTimer(10);
  at("c").registerEventTimer(5);
  timers.advanceEventTime(9);
  expect(fired).toEqual(["event c@5"]);
  timers.advanceEventTime(10);
  timers.advanceEventTime(11);
  expect(fired).toEqual(["event c@5", "event a@10", "event b@10"]);
});

test("a deleted timer does not fire, one that is registered again does, once", () => {
  const { timers, fired, open, at } = operator();
  open();
  at("a").registerEventTimer(1);
  at("a").deleteEventTimer(1);
  at("b").registerEventTimer(1);
  at("b").deleteEventTimer(1);
  at("b").registerEventTimer(1);
  timers.advanceEventTime(1);
  expect(fired).toEqual(["event b@1"]);
});

test("processing timers fire at their instant with one host timer for all, set for the earliest", () => {
  const { fired, open, at, passTo, armedAt } = operator();
  open();
  at("a").registerProcessingTimer(50);
  at("b").registerProcessingTimer(20);
  expect(armedAt()).toBe(20);
  passTo(30);
  expect(fired).toEqual(["processing b@20"]);
  expect(armedAt()).toBe(50);
  passTo(50);
  expect(fired).toEqual(["processing b@20", "processing a@50"]);
});

test("timers survive a restore, and fire in an order that does not depend on how they were registered (ST-4)", () => {
  for (const order of [
    ["a", "b", "c"],
    ["c", "a", "b"],
  ]) {
    const before = operator();
    before.open();
    for (const key of order) before.at(key).registerEventTimer(7);
    for (const key of order) before.at(key).registerProcessingTimer(9);
    const writer = new StateFileWriter();
    const keyGroups = before.state.snapshot(writer)!;
    const file = writer.finish()!;
    const after = operator();
    after.state.restore(keyGroups, () => file);
    after.open();
    after.timers.advanceEventTime(7);
    after.passTo(9);
    expect(after.fired).toEqual(
      ["a", "b", "c"].map(key => `event ${key}@7`).concat(["a", "b", "c"].map(key => `processing ${key}@9`)),
    );
  }
});

test("a timer that has fired leaves nothing in the state", () => {
  const { state, timers, open, at } = operator();
  open();
  at("a").registerEventTimer(5);
  timers.advanceEventTime(5);
  expect(state.snapshot(new StateFileWriter())).toBeUndefined();
});
