import { expect, test } from "vitest";
import { encodeBarrier, encodeChannelEnd } from "../../runtime/wire/buffer.ts";
import { encodeChannelRequest } from "../../runtime/wire/channel-message.ts";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { barriersInOrder } from "./ba-3-order.ts";

test("barriers that grow, and ends behind all else, hold", () => {
  expect(sent(["records", 1, "records", 3, "end-of-data", 4, "end-of-channel"])).toMatchObject({
    violations: [],
    checked: 7,
  });
});

test("a barrier that comes again, or goes back, is a violation", () => {
  for (const again of [2, 1]) {
    expect(sent([2, again]).violations).toMatchObject([
      {
        claim: "BA-3",
        where: "amounts",
        message: `amounts[0]#1 sent total[1]#1 the barrier of checkpoint ${again} behind that of checkpoint 2`,
      },
    ]);
  }
});

test("records behind the end of their data, and anything behind the end of a channel, are violations", () => {
  expect(sent(["end-of-data", "records"]).violations).toMatchObject([{ message: expect.stringContaining("its data") }]);
  expect(sent(["end-of-data", "end-of-channel", 1]).violations).toMatchObject([
    { message: "amounts[0]#1 sent total[1]#1 a barrier behind the end of the channel" },
  ]);
});

test("each channel has an order of its own", () => {
  const history = new MadeHistory(totals);
  for (const channel of [1, 2]) {
    request(history, channel);
    history.data("data.barrier", "tm0", "tm1", channel, encodeBarrier({ checkpoint: 1, timestampMs: 0 }));
  }
  expect(judge(barriersInOrder, history.setting()).goOn(history).violations).toEqual([]);
});

function sent(buffers: readonly (number | "records" | "end-of-data" | "end-of-channel")[]) {
  const history = new MadeHistory(totals);
  request(history, 1);
  for (const buffer of buffers) {
    if (typeof buffer === "number")
      history.data("data.barrier", "tm0", "tm1", 1, encodeBarrier({ checkpoint: buffer, timestampMs: 0 }));
    else if (buffer === "end-of-channel")
      history.data("data.end-of-channel", "tm0", "tm1", 1, encodeChannelEnd({ completed: 0 }));
    else history.data(`data.${buffer}`, "tm0", "tm1", 1, new Uint8Array(0));
  }
  return judge(barriersInOrder, history.setting()).goOn(history);
}

function request(history: MadeHistory, channel: number): void {
  const names = { edge: "e", producer: "amounts[0]#1", consumer: "total[1]#1", credits: 2 };
  history.data("data.request", "tm1", "tm0", channel, encodeChannelRequest(names));
}
