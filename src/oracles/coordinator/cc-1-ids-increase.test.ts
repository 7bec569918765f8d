import { expect, test } from "vitest";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { idsIncrease } from "./cc-1-ids-increase.ts";

test("ids that grow hold, over a fail-over too", () => {
  const { history, judgement } = begin();
  for (const [checkpoint, leader] of [
    [1, 1],
    [2, 1],
    [65, 2],
  ] as const) {
    trigger(history, checkpoint, leader);
    complete(history, checkpoint, leader);
  }
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 6 });
});

test("an id that goes back is a violation", () => {
  const { history, judgement } = begin();
  complete(history, 5, 1);
  complete(history, 4, 2);
  expect(judgement.goOn(history).violations).toMatchObject([
    { claim: "CC-1", message: "checkpoint 4 was completed after checkpoint 5" },
  ]);
});

test("an id that two attempts trigger is a violation, though neither completes", () => {
  const { history, judgement } = begin();
  trigger(history, 3, 1);
  trigger(history, 3, 1);
  trigger(history, 3, 2);
  expect(judgement.goOn(history).violations).toHaveLength(1);
});

function begin() {
  const history = new MadeHistory(totals);
  return { history, judgement: judge(idsIncrease, history.setting()) };
}

function trigger(history: MadeHistory, checkpoint: number, token: number): void {
  history.request("checkpoint.trigger", "jm0", "tm0", {
    token,
    worker: "w",
    checkpoint,
    timestampMs: 0,
    executions: [`amounts[0]#${token}`],
  });
}

function complete(history: MadeHistory, checkpoint: number, leader: number): void {
  history.point(leader, history.storeMetadata(madeMetadata(checkpoint, [madeSnapshot("amounts", 0)])));
}
