import { expect, test } from "vitest";
import { encodeBarrier } from "../../runtime/wire/buffer.ts";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { inOrderAndOnce } from "./si-3-in-order-and-once.ts";

test("requests and barriers in their order hold, each connection and channel with its own numbers", () => {
  const { history, judgement } = begin();
  for (const to of ["broker", "jm0", "broker"]) history.request("broker.fetch", "tm0", to, {});
  for (const [channel, checkpoint] of [
    [1, 1],
    [2, 1],
    [1, 2],
  ] as const)
    barrier(history, channel, checkpoint);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 6 });
});

test("a request that is handed over twice, or behind a later one, is a violation", () => {
  const { history, judgement } = begin();
  history.request("broker.fetch", "tm0", "broker", {});
  history.request("broker.fetch", "tm0", "broker", {});
  const [one, two] = history.observations.splice(0);
  for (const observation of [two!, two!, one!]) history.observe(observation);
  expect(judgement.goOn(history).violations).toMatchObject([
    { claim: "SI-3", message: expect.stringMatching(/twice$/) },
    { message: expect.stringMatching(/after number 2$/) },
  ]);
});

test.each(["worker.heartbeat", "task.deploy", "checkpoint.trigger", "broker.fetch", "broker.produce", "broker.commit"])(
  "%s is numbered like any request",
  method => {
    const { history, judgement } = begin();
    history.request(method, "tm0", "jm0", {});
    history.observe(history.observations[0]!);
    expect(judgement.goOn(history).violations).toMatchObject([
      { claim: "SI-3", where: "jm0", message: `${method} number 1 of tm0 was handed to jm0 twice` },
    ]);
  },
);

test("a barrier that a channel brings twice is a violation", () => {
  const { history, judgement } = begin();
  barrier(history, 1, 3);
  barrier(history, 1, 3);
  expect(judgement.goOn(history).violations).toHaveLength(1);
});

function begin() {
  const history = new MadeHistory(totals);
  return { history, judgement: judge(inOrderAndOnce, history.setting()) };
}

function barrier(history: MadeHistory, channel: number, checkpoint: number): void {
  history.data("data.barrier", "tm0", "tm1", channel, encodeBarrier({ checkpoint, timestampMs: 0 }));
}
