import { expect, test } from "vitest";
import { jobKey, pointerKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { JOB, judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { recoveryDataKept } from "./fo-3-recovery-data-kept.ts";

test.each([
  ["finished", 0],
  ["failed", 0],
  ["running", 1],
] as const)("removing the pointer of a job that is %s gives %i violations", (state, violations) => {
  const history = new MadeHistory(totals);
  const judgement = judge(recoveryDataKept, history.setting());
  history.point(1, history.storeMetadata(madeMetadata(1, [madeSnapshot("total", 0)])));
  const reference = { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" };
  history.set(jobKey(JOB), { reference, state, leader: 1 });
  history.set(pointerKey(JOB), undefined);
  expect(judgement.goOn(history)).toMatchObject({ violations: { length: violations }, checked: 1 });
});
