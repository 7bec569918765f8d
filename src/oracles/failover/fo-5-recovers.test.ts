import { expect, test } from "vitest";
import { countersKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { JOB, judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { recovers } from "./fo-5-recovers.ts";

test("a finished job has recovered", () => {
  expect(begin().judgement.end({ job: "finished" })).toMatchObject({ violations: [], checked: 1 });
});

test("a job may fail when its restarts are used up, and not before", () => {
  for (const [attempts, violations] of [
    [4, 0],
    [3, 1],
  ] as const) {
    const { history, judgement } = begin();
    history.set(countersKey(JOB), { leader: 1, attempts, checkpoints: 0 });
    expect(judgement.goOn(history).end({ job: "failed" }).violations).toHaveLength(violations);
  }
});

test("a job may fail at once where the plan takes what nobody can bring back", () => {
  const { judgement } = begin({ lossIsPlanned: true });
  expect(judgement.end({ job: "failed" })).toMatchObject({ violations: [], checked: 1 });
});

function begin(more: { readonly lossIsPlanned?: true } = {}) {
  const history = new MadeHistory(totals);
  const setting = history.setting({ knobs: { stormMs: 1000, restartsMax: 3 }, ...more });
  return { history, judgement: judge(recovers, setting) };
}
