import { expect, test } from "vitest";
import { encodeChannelRequest, encodeCredits } from "../../runtime/wire/channel-message.ts";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { boundedChannels } from "./re-2-bounded-channels.ts";

test("a channel whose buffers follow its credit holds", () => {
  const { history, judgement } = begin();
  records(history, 2);
  credit(history, 1);
  records(history, 1);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 5 });
});

test("a buffer beyond the credit is a violation", () => {
  const { history, judgement } = begin();
  records(history, 3);
  expect(judgement.goOn(history).violations).toMatchObject([
    { claim: "RE-2", where: "total", message: "amounts[0]#1 sent total[1]#1 3 buffers, and had credit for 2" },
  ]);
});

test("credit beyond the consumer's room is a violation", () => {
  const { history, judgement } = begin();
  credit(history, 1);
  expect(judgement.goOn(history).violations).toMatchObject([
    { message: "total[1]#1 gave amounts[0]#1 credit for 3 buffers, and has room for 2" },
  ]);
});

function begin() {
  const history = new MadeHistory(totals);
  const request = { edge: "e", producer: "amounts[0]#1", consumer: "total[1]#1", credits: 2 };
  history.data("data.request", "tm1", "tm0", 1, encodeChannelRequest(request));
  return { history, judgement: judge(boundedChannels, history.setting({ knobs: { creditsPerChannel: 2 } })) };
}

function records(history: MadeHistory, buffers: number): void {
  for (let i = 0; i < buffers; i++) history.data("data.records", "tm0", "tm1", 1, new Uint8Array(1));
}

function credit(history: MadeHistory, credits: number): void {
  history.data("data.credit", "tm1", "tm0", 1, encodeCredits(credits));
}
