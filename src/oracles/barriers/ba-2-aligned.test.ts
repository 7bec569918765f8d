import { expect, test } from "vitest";
import { encodeBarrier, encodeChannelEnd } from "../../runtime/wire/buffer.ts";
import { encodeChannelRequest, encodeCredits } from "../../runtime/wire/channel-message.ts";
import { deploy } from "../testing/made-deployment.ts";
import { judge, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { aligned } from "./ba-2-aligned.ts";

/** `total[0]` on tm0 reads from `amounts[0]` beside it, and from `amounts[1]` and `amounts[2]` on two other workers. */
test("a snapshot behind the barriers of all inputs holds", () => {
  const { history, judgement } = begin();
  trigger(history, "tm0", 0);
  trigger(history, "tm1", 1);
  barrier(history, "tm1");
  trigger(history, "tm2", 2);
  barrier(history, "tm2");
  acknowledge(history);
  credit(history, "tm1");
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 4 });
});

test("a snapshot before the barrier of another worker is a violation", () => {
  const { history, judgement } = begin();
  for (const subtask of [0, 1, 2]) trigger(history, `tm${subtask}`, subtask);
  barrier(history, "tm1");
  acknowledge(history);
  expect(judgement.goOn(history).violations).toMatchObject([
    {
      claim: "BA-2",
      where: "total",
      message: "total[0]#1 took its snapshot for checkpoint 1 and had no barrier of amounts[2]#1 yet",
    },
  ]);
});

test("a snapshot before the source beside it was triggered is a violation", () => {
  const { history, judgement } = begin();
  for (const subtask of [1, 2]) {
    trigger(history, `tm${subtask}`, subtask);
    barrier(history, `tm${subtask}`);
  }
  acknowledge(history);
  expect(judgement.goOn(history).violations).toMatchObject([{ message: expect.stringContaining("amounts[0]#1 yet") }]);
});

test("a channel that has ended is waited for by nobody", () => {
  const { history, judgement } = begin();
  for (const subtask of [0, 1]) trigger(history, `tm${subtask}`, subtask);
  barrier(history, "tm1");
  history.data("data.end-of-channel", "tm2", "tm0", 1, encodeChannelEnd({ completed: 0 }));
  acknowledge(history);
  expect(judgement.goOn(history).violations).toEqual([]);
});

test("what is processed behind a barrier before the others are there is a violation", () => {
  expect(processed({}).violations).toMatchObject([{ claim: "BA-2", message: expect.stringContaining("behind") }]);
});

test("what is processed before the barrier holds", () => {
  expect(processed({ buffersBehind: 0 }).violations).toEqual([]);
});

test("an abort, or the barrier of a later checkpoint, releases what stands behind a barrier", () => {
  expect(processed({ aborted: true }).violations).toEqual([]);
  expect(processed({ later: true }).violations).toEqual([]);
});

test("a barrier that is sent on before it came is a violation", () => {
  const { history, judgement } = begin();
  deploy(history, "tm1", [["sink[0]#1", [["total[0]#1", "tm0"]]]]);
  const request = { edge: "e", producer: "total[0]#1", consumer: "sink[0]#1", credits: 2 };
  history.data("data.request", "tm1", "tm0", 7, encodeChannelRequest(request));
  for (const subtask of [0, 1]) trigger(history, `tm${subtask}`, subtask);
  barrier(history, "tm1");
  history.data("data.barrier", "tm0", "tm1", 7, encodeBarrier({ checkpoint: 1, timestampMs: 0 }));
  expect(judgement.goOn(history).violations).toMatchObject([
    { message: "total[0]#1 sent the barrier of checkpoint 1 before it had that of amounts[2]#1" },
  ]);
});

test("what an older attempt does is nobody's", () => {
  const { history, judgement } = begin();
  deploy(history, "tm0", ["amounts[0]#2"]);
  acknowledge(history);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 0 });
});

interface Story {
  readonly buffersBehind?: number;
  readonly aborted?: boolean;
  readonly later?: boolean;
}

/** One buffer, a barrier, more buffers from tm1; tm2's barrier never comes, and credit for two buffers goes back. */
function processed({ buffersBehind = 1, aborted = false, later = false }: Story) {
  const { history, judgement } = begin();
  for (const subtask of [0, 1, 2]) trigger(history, `tm${subtask}`, subtask);
  history.data("data.records", "tm1", "tm0", 1, new Uint8Array(1));
  if (buffersBehind === 0) history.data("data.records", "tm1", "tm0", 1, new Uint8Array(1));
  barrier(history, "tm1");
  for (let i = 0; i < buffersBehind; i++) history.data("data.records", "tm1", "tm0", 1, new Uint8Array(1));
  if (aborted) history.request("checkpoint.abort", "jm0", "tm0", { token: 1, worker: "w", attempt: 1, checkpoint: 1 });
  if (later) {
    trigger(history, "tm2", 2, 2);
    barrier(history, "tm2", 2);
  }
  credit(history, "tm1", 2);
  return judgement.goOn(history);
}

function begin() {
  const history = new MadeHistory(totals);
  const producers = [0, 1, 2].map(subtask => [`amounts[${subtask}]#1`, `tm${subtask}`] as const);
  deploy(history, "tm0", ["amounts[0]#1", ["total[0]#1", producers]]);
  for (const subtask of [1, 2]) {
    deploy(history, `tm${subtask}`, [`amounts[${subtask}]#1`]);
    const request = { edge: "e", producer: `amounts[${subtask}]#1`, consumer: "total[0]#1", credits: 2 };
    history.data("data.request", "tm0", `tm${subtask}`, 1, encodeChannelRequest(request));
  }
  return { history, judgement: judge(aligned, history.setting()) };
}

function trigger(history: MadeHistory, worker: string, subtask: number, checkpoint = 1): void {
  const executions = [`amounts[${subtask}]#1`];
  history.request("checkpoint.trigger", "jm0", worker, {
    token: 1,
    worker: "w",
    checkpoint,
    timestampMs: 0,
    executions,
  });
}

function barrier(history: MadeHistory, from: string, checkpoint = 1): void {
  history.data("data.barrier", from, "tm0", 1, encodeBarrier({ checkpoint, timestampMs: 0 }));
}

function credit(history: MadeHistory, to: string, credits = 1): void {
  history.data("data.credit", "tm0", to, 1, encodeCredits(credits));
}

function acknowledge(history: MadeHistory): void {
  history.acknowledge(1, 1, 1, madeSnapshot("total", 0));
}
