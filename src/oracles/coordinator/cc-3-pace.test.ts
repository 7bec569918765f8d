import { expect, test } from "vitest";
import type { Setting } from "../oracle.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { pace } from "./cc-3-pace.ts";

const knobs = { checkpointTimeoutMs: 100, minPauseMs: 20 };

test("checkpoints one after the other, each after its pause, hold", () => {
  const { history, judgement } = begin();
  play(history, 1);
  history.later(20_000);
  play(history, 2);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 3 });
});

test("a trigger before the pause is over is a violation", () => {
  const { history, judgement } = begin();
  play(history, 1);
  history.later(19_000);
  play(history, 2);
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "CC-3", expected: "at least 20000 µs" }]);
});

test("the next attempt keeps no pause after the last one's checkpoint", () => {
  const { history, judgement } = begin();
  play(history, 1);
  trigger(history, 2, 2);
  expect(judgement.goOn(history).violations).toEqual([]);
});

test("a completion while another checkpoint is in progress is a violation", () => {
  const { history, judgement } = begin();
  trigger(history, 1);
  trigger(history, 2);
  complete(history, 1);
  expect(judgement.goOn(history).violations).toMatchObject([
    { message: "checkpoint 1 was completed while checkpoint 2 was in progress" },
  ]);
});

test("a completion with an acknowledgement from behind the time-out is a violation", () => {
  expect(late().violations).toMatchObject([{ claim: "CC-3", expected: "within 100000 µs of its trigger" }]);
});

test("a leader that stood still, or whose clock drifts, may be late", () => {
  expect(late({ resumed: "jm0" }).violations).toEqual([]);
  expect(late({ setting: { unsteadyTimers: true } }).violations).toEqual([]);
});

test("a worker that stood still meanwhile is no excuse", () => {
  expect(late({ resumed: "tm0" }).violations).toMatchObject([{ claim: "CC-3" }]);
});

function late({ resumed, setting = {} }: { resumed?: string; setting?: Partial<Setting> } = {}) {
  const { history, judgement } = begin(setting);
  trigger(history, 1);
  if (resumed !== undefined)
    history.observe({ kind: "process", atUs: 1_000, role: resumed, incarnation: 0, what: "resumed" });
  history.later(100_001);
  history.acknowledge(1, 1, 1, madeSnapshot("amounts", 0));
  complete(history, 1);
  return judgement.goOn(history);
}

function begin(setting: Partial<Setting> = {}) {
  const history = new MadeHistory(totals);
  return { history, judgement: judge(pace, history.setting({ knobs, ...setting })) };
}

function play(history: MadeHistory, checkpoint: number): void {
  trigger(history, checkpoint);
  history.acknowledge(1, checkpoint, 1, madeSnapshot("amounts", 0));
  complete(history, checkpoint);
}

function trigger(history: MadeHistory, checkpoint: number, attempt = 1): void {
  const executions = [`amounts[0]#${attempt}`];
  history.request("checkpoint.trigger", "jm0", "tm0", {
    token: 1,
    worker: "w",
    checkpoint,
    timestampMs: 0,
    executions,
  });
}

function complete(history: MadeHistory, checkpoint: number): void {
  history.point(1, history.storeMetadata(madeMetadata(checkpoint, [madeSnapshot("amounts", 0)])));
}
