import { expect, test } from "vitest";
import { calmCase } from "./case-generator.ts";
import { unplayedRun } from "./case-run.ts";
import { scenario } from "./scenario.ts";
import { idleJob, passedRun } from "./testing/stand-in-runs.ts";
import { sayUnjudged, UnjudgedClaims } from "./unjudged-claims.ts";

const words = scenario("words", { why: "It is never played here.", job: idleJob, input: [] });

function runWithout(reason?: string) {
  const notJudged = reason === undefined ? {} : { notJudged: reason };
  return { ...passedRun(calmCase(words)), claims: { "SK-1": { checked: 0, violated: 0, ...notJudged } } };
}

test("each reason is counted for itself, among the cases that were played to their end", () => {
  const unjudged = new UnjudgedClaims();
  for (const reason of ["count uses timers", "count uses timers", "it has not finished", undefined])
    unjudged.add("words", runWithout(reason));
  unjudged.add("words", unplayedRun({ kind: "broken", reason: "lost" }));
  unjudged.add("others", runWithout("nobody knows"));
  expect(unjudged.list.map(sayUnjudged)).toEqual([
    "SK-1 of words: count uses timers (in 2 of 4 cases)",
    "SK-1 of words: it has not finished (in 1 of 4 cases)",
    "SK-1 of others: nobody knows (in all of 1 case)",
  ]);
});

test("where everything is judged there is nothing to tell", () => {
  const unjudged = new UnjudgedClaims();
  unjudged.add("words", runWithout());
  expect(unjudged.list).toEqual([]);
});
