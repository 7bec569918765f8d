import { expect, test } from "vitest";
import { countersKey } from "../../runtime/checkpoint/coordination-keys.ts";
import type { Oracle } from "../oracle.ts";
import { JOB, judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { attempts, limitsAreExact } from "./fo-4-limits-are-exact.ts";

test("as many restarts as are allowed hold, in each leader's term", () => {
  expect(told(limitsAreExact, [1, 1, 1, 2, 2, 2])).toMatchObject({ violations: [], checked: 6 });
});

test("one restart more is a violation", () => {
  expect(told(limitsAreExact, [1, 1, 1, 1]).violations).toMatchObject([
    { claim: "FO-4", message: "the job was begun 4 times in one leader's term", expected: "at most 3" },
  ]);
});

test("a scenario may say how often its job begins", () => {
  expect(told(attempts({ most: 1 }), [1]).violations).toEqual([]);
  expect(told(attempts({ most: 1 }), [1, 2]).violations).toMatchObject([{ expected: "at most 1" }]);
  expect(told(attempts({ least: 2 }), [1, 1]).violations).toEqual([]);
  expect(told(attempts({ least: 2 }), [1]).violations).toMatchObject([{ expected: "at least 2" }]);
});

test("how often a job must begin is not asked of a part of the plan", () => {
  expect(told(attempts({ least: 2 }), [1], { planIsReduced: true }).violations).toEqual([]);
  expect(told(attempts({ most: 1 }), [1, 2], { planIsReduced: true }).violations).toHaveLength(1);
});

/** The job is begun once for each entry, by that leader; between two of them checkpoint ids are taken. */
function told(oracle: Oracle, leaders: readonly number[], more: { readonly planIsReduced?: true } = {}) {
  const history = new MadeHistory(totals);
  const judgement = judge(oracle, history.setting({ knobs: { restartsMax: 2 }, ...more }));
  leaders.forEach((leader, i) => {
    history.set(countersKey(JOB), { leader, attempts: i + 1, checkpoints: i * 64 });
    history.set(countersKey(JOB), { leader, attempts: i + 1, checkpoints: (i + 1) * 64 });
  });
  return judgement.goOn(history).end();
}
