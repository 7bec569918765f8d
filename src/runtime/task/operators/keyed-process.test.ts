import { expect, test } from "vitest";
import type { RuntimeContext } from "../../api/functions.ts";
import { KeyedState } from "../../state/keyed-state.ts";
import { KeyedTimers } from "../../time/keyed-timers.ts";
import { KeyedProcessOperator } from "./keyed-process.ts";

test("a timer that a watermark fires sees that watermark", () => {
  const state = new KeyedState("u", { first: 0, last: 127 }, 128);
  const seen: number[] = [];
  const operator = new KeyedProcessOperator({
    uid: "u",
    key: () => "k",
    state,
    timers: new KeyedTimers(state, { now: () => 0, timer: () => ({ cancel: () => {} }) }),
    context: {} as RuntimeContext,
    out: { emit: () => {}, watermark: () => {} },
    function: {
      process: (_record, about) => about.registerEventTimer(10),
      onTimer: (_timer, about) => void seen.push(about.watermarkMs),
    },
  });
  operator.open();
  operator.process(1, 1, undefined);
  operator.watermark(12);
  expect(seen).toEqual([12]);
});
