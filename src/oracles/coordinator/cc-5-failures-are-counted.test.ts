import { expect, test } from "vitest";
import { deploy } from "../testing/made-deployment.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { failuresAreCounted } from "./cc-5-failures-are-counted.ts";

test("as many failures in a row as are tolerated hold", () => {
  expect(told(["fail", "fail", "trigger"])).toMatchObject({ violations: [], checked: 2 });
});

test("one failure more, and the attempt goes on: a violation", () => {
  expect(told(["fail", "fail", "fail", "trigger"]).violations).toMatchObject([
    {
      claim: "CC-5",
      message: "checkpoint 4 was triggered in attempt 1, in which 3 had failed in a row",
      expected: "at most 2",
    },
  ]);
});

test("a success between failures resets the count", () => {
  expect(told(["fail", "fail", "succeed", "fail", "fail", "trigger"]).violations).toEqual([]);
});

test("a new attempt has a count of its own", () => {
  expect(told(["fail", "fail", "restart", "fail", "fail", "trigger"]).violations).toEqual([]);
});

test("a trigger that was not answered, and a decline of a subtask that does not run, may not count", () => {
  expect(told(["fail", "fail", "unanswered", "trigger"]).violations).toEqual([]);
  expect(told(["fail", "fail", "decline", "trigger"]).violations).toEqual([]);
});

test("a decline by a snapshot that failed counts like any failure", () => {
  expect(told(["snapshot-fails", "snapshot-fails", "trigger"]).violations).toEqual([]);
  expect(told(["snapshot-fails", "snapshot-fails", "snapshot-fails", "trigger"]).violations).toHaveLength(1);
});

test("when a job manager comes or goes nobody knows what it had counted, until a new attempt begins", () => {
  expect(told(["fail", "fail", "fail", "elect", "trigger"]).violations).toEqual([]);
  expect(told(["elect", "fail", "fail", "fail", "trigger"]).violations).toEqual([]);
  expect(told(["elect", "restart", "fail", "fail", "fail", "trigger"]).violations).toHaveLength(1);
});

test("behind the end of some input nothing is counted", () => {
  expect(told(["end", "fail", "fail", "fail", "trigger"]).violations).toEqual([]);
});

type Word = "fail" | "succeed" | "unanswered" | "decline" | "snapshot-fails" | "trigger" | "restart" | "elect" | "end";

/** One source on each of two workers; two failures are tolerated. */
function told(words: readonly Word[]) {
  const history = new MadeHistory(totals);
  const judgement = judge(failuresAreCounted, history.setting({ knobs: { tolerableFailures: 2 } }));
  let attempt = 1;
  let checkpoint = 0;
  const begin = (): void => {
    for (const i of [0, 1]) deploy(history, `tm${i}`, [`amounts[${i}]#${attempt}`]);
  };
  begin();
  for (const word of words) {
    if (word === "end") {
      history.acknowledge(1, checkpoint, attempt, madeSnapshot("amounts", 0, { finished: true }));
    } else if (word === "elect") {
      history.observe({ kind: "process", atUs: 1, role: "jm0", incarnation: 0, what: "started" });
    } else if (word === "restart") {
      attempt++;
      begin();
    } else {
      play(history, word, attempt, ++checkpoint);
    }
  }
  return judgement.goOn(history);
}

function play(history: MadeHistory, word: Word, attempt: number, checkpoint: number): void {
  const fenced = { token: 1, worker: "w", checkpoint };
  for (const i of [0, 1]) {
    const executions = [`amounts[${i}]#${attempt}`];
    const call = history.request("checkpoint.trigger", "jm0", `tm${i}`, { ...fenced, timestampMs: 0, executions });
    if (word !== "unanswered" || i === 0) history.reply("checkpoint.trigger", `tm${i}`, "jm0", null, call);
  }
  const execution = `amounts[0]#${attempt}`;
  const decline = (reason: string) =>
    history.request("checkpoint.decline", "tm0", "jm0", { ...fenced, execution, reason });
  if (word === "decline") decline("task-not-running");
  if (word === "snapshot-fails") decline("snapshot-failed");
  if (word === "succeed") history.point(1, history.storeMetadata(madeMetadata(checkpoint, [madeSnapshot("total", 0)])));
}
