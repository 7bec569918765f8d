import { expect, test } from "vitest";
import type { Setting } from "../oracle.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { abortsAreTold } from "./cc-11-aborts-are-told.ts";

test("an abort between two triggers holds", () => {
  expect(told(["trigger 1", "abort 1", "trigger 2"])).toMatchObject({ violations: [], checked: 1 });
});

test("a checkpoint that is complete needs no abort", () => {
  expect(told(["trigger 1", "complete 1", "trigger 2"])).toMatchObject({ violations: [], checked: 0 });
});

test("a trigger behind one whose checkpoint came to nothing without a word is a violation", () => {
  expect(told(["trigger 1", "trigger 2"]).violations).toMatchObject([
    { claim: "CC-11", message: expect.stringContaining("never told that checkpoint 1") },
  ]);
});

test("the abort of another checkpoint does not count", () => {
  expect(told(["abort 0", "trigger 1", "abort 0", "trigger 2"]).violations).toHaveLength(1);
});

test("another attempt has heard nothing of it, and a message may be lost where the plan loses some", () => {
  expect(told(["trigger 1", "trigger 2"], 2).violations).toEqual([]);
  expect(told(["trigger 1", "trigger 2"], 1, { messagesGoAstray: true }).violations).toEqual([]);
});

/** What `jm0` tells `tm0`; the last of it in the attempt that is given. */
function told(words: readonly string[], lastAttempt = 1, setting: Partial<Setting> = {}) {
  const history = new MadeHistory(totals);
  const judgement = judge(abortsAreTold, history.setting(setting));
  words.forEach((word, i) => {
    const [what, id] = word.split(" ");
    const checkpoint = Number(id);
    const attempt = i === words.length - 1 ? lastAttempt : 1;
    const fenced = { token: 1, worker: "w" };
    if (what === "trigger")
      history.request("checkpoint.trigger", "jm0", "tm0", {
        ...fenced,
        checkpoint,
        timestampMs: 0,
        executions: [`amounts[0]#${attempt}`],
      });
    else if (what === "abort") history.request("checkpoint.abort", "jm0", "tm0", { ...fenced, attempt, checkpoint });
    else history.point(1, history.storeMetadata(madeMetadata(checkpoint, [madeSnapshot("total", 0)])));
  });
  return judgement.goOn(history);
}
