import { Chalk } from "chalk";
import { expect, test } from "vitest";
import { CampaignTotals } from "../explore/campaign-totals.ts";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import { violatedRun } from "../explore/testing/stand-in-runs.ts";
import { DefaultReporter, missedBound } from "./default-reporter.ts";
import { exploreExitCode, type ExploreReport } from "./explore-report.ts";
import { jsonReporter } from "./json-reporter.ts";
import { ProgressLine, sayProgress } from "./progress-line.ts";

const plan: FoundFailure["plan"] = [
  { kind: "proc.kill", target: "tm0", when: { on: { event: "barrier.align", checkpoint: 3 } }, forUs: 500_000 },
];

const failure: FoundFailure = {
  id: "words-12345678",
  file: "reports/failures/words-12345678/case.json",
  scenario: "words",
  seed: "a",
  case: 7,
  signature: "SK-1@count",
  claim: "SK-1",
  message: "the word a was counted twice",
  hits: 3,
  planLength: 1,
  originalPlanLength: 5,
  shrinkRuns: 31,
  shrinkEnding: "1-minimal",
  plan,
  replay: "npx millrace replay reports/failures/words-12345678/case.json",
};

function report(more: Partial<ExploreReport> = {}): ExploreReport {
  const totals = new CampaignTotals();
  totals.add(violatedRun("SK-1", "count[0]"));
  const corpus = { played: 0, failed: 0, results: [] };
  const speed = { wallMs: 1000, runsPerSecond: 1, eventsPerSecond: 100, peakRssBytes: 1 };
  const base = {
    command: "explore",
    version: "0.1.0",
    seed: "a",
    scenarios: ["words"],
    jobs: 1,
    mutant: null,
    ended: "all-played",
    ...speed,
  } as const;
  return {
    ...base,
    ...totals.summary(),
    unseen: [],
    corpus,
    failures: [failure],
    neverFired: [],
    notJudged: [],
    tolerated: { exhausted: false, vacuous: true },
    ...more,
  };
}

function told(): { text: () => string; reporter: DefaultReporter } {
  const lines: string[] = [];
  const out = { isTerminal: false, write: (text: string) => void lines.push(text) };
  return { text: () => lines.join(""), reporter: new DefaultReporter(out, new Chalk({ level: 0 })) };
}

test("a failure is told with its faults in words and the command that shows it again", () => {
  const { text, reporter } = told();
  reporter.failure(failure);
  expect(text()).toContain("SK-1@count in words, case 7");
  expect(text()).toContain("1 fault (of 5, in 31 runs, 1-minimal)");
  expect(text()).toContain("proc.kill tm0 at barrier.align for checkpoint 3, for 500 ms");
  expect(text()).toContain("again: npx millrace replay");
});

test("how far the search came is said, though no fault went", () => {
  const { text, reporter } = told();
  reporter.failure({ ...failure, originalPlanLength: 1, shrinkEnding: "run-budget" });
  expect(text()).toContain("1 fault (in 31 runs, not minimal: the budget of runs was spent)");
});

test("a summary names verdicts, claims, failures and the seed", () => {
  const { text, reporter } = told();
  reporter.end(report());
  expect(text()).toContain("1 violated");
  expect(text()).toContain("(hit 3 times)");
  expect(text()).toContain("seed a");
});

test("a fault that an author wrote and that fired in no case is told with what it waits for", () => {
  const { text, reporter } = told();
  const fault = { kind: "proc.kill", target: "tm0", when: { on: { event: "barrier.algin" } } } as const;
  reporter.end(report({ neverFired: [{ scenario: "words", index: 1, fault, cases: 20 }] }));
  expect(text()).toContain(
    "never fired  words, plan[1]: proc.kill tm0 at barrier.algin; nothing matched it in 20 cases",
  );
});

test("what claims could not judge is told with the reason, the first ones of many", () => {
  const { text, reporter } = told();
  const one = { scenario: "words", claim: "SK-1", reason: "count uses timers", cases: 20, of: 20 };
  reporter.end(report({ notJudged: [one, ...Array.from({ length: 6 }, () => ({ ...one, cases: 1 }))] }));
  expect(text()).toContain("not judged   SK-1 of words: count uses timers (in all of 20 cases)\n");
  expect(text()).toContain("not judged   SK-1 of words: count uses timers (in 1 of 20 cases)\n");
  expect(text()).toContain("not judged   2 more; --json has them all\n");
});

test("the JSON reporter prints one document", () => {
  const written: string[] = [];
  jsonReporter(text => written.push(text)).end(report());
  expect(JSON.parse(written.join(""))).toMatchObject({
    command: "explore",
    runs: 1,
    violated: 1,
    failures: [{ planLength: 1 }],
  });
});

test("cases that fail the campaign without a broken claim are told in red words, tolerated ones are counted alone", () => {
  const { text, reporter } = told();
  reporter.end(report({ exhausted: 2, vacuous: 1 }));
  expect(text()).toContain("exhausted    2 cases ran out of the budget of events: neither held nor failed");
  expect(text()).not.toContain("in which no fault had an effect");
});

test("exit codes are those of the contract", () => {
  const held = { violated: 0, passed: 1, failures: [] };
  const all = { tolerated: { exhausted: true, vacuous: true } };
  const none = { tolerated: { exhausted: false, vacuous: false } };
  expect(exploreExitCode(report(held))).toBe(0);
  expect(exploreExitCode(report())).toBe(1);
  expect(exploreExitCode(report({ ...held, exhausted: 1, ...none }))).toBe(1);
  expect(exploreExitCode(report({ ...held, exhausted: 1, ...all }))).toBe(0);
  expect(exploreExitCode(report({ ...held, vacuous: 1, ...all }))).toBe(0);
  expect(exploreExitCode(report({ ...held, vacuous: 1, ...none }))).toBe(1);
  expect(exploreExitCode(report({ ...held, unseen: ["XX-1"] }))).toBe(1);
  expect(exploreExitCode(report({ broken: 1 }))).toBe(3);
  expect(exploreExitCode(report({ ended: "interrupted" }))).toBe(130);
});

test("progress says cases, speed, failures and what is left", () => {
  const progress = { runs: 1500, runsMax: 3000, failures: 1, elapsedMs: 10_000, timeMsMax: 60_000 };
  expect(sayProgress(progress)).toBe("1,500 of 3,000 cases · 150/s · 1 failure · 10 s left");
});

test("without a terminal there is one line every ten seconds", () => {
  const lines: string[] = [];
  const line = new ProgressLine({ isTerminal: false, write: text => lines.push(text) });
  for (let elapsedMs = 0; elapsedMs <= 30_000; elapsedMs += 100) {
    line.show({ runs: 1, runsMax: undefined, failures: 0, elapsedMs, timeMsMax: undefined });
  }
  expect(lines).toHaveLength(3);
});

test("on a terminal there is a line at once, which never wraps, however narrow the window has become", () => {
  const written: string[] = [];
  const out = { isTerminal: true, columns: 80, write: (text: string) => void written.push(text) };
  const line = new ProgressLine(out);
  const progress = { runs: 0, runsMax: 1, failures: 0, elapsedMs: 0, timeMsMax: 60_000 };
  line.show(progress);
  out.columns = 20;
  line.show({ ...progress, elapsedMs: 1_000 });
  const drawn = written.map(text => text.replace(/^\r\u001b\[2K/, ""));
  expect(drawn).toEqual(["0 of 1 case · 0.0/s · no failure · 60 s left", "0 of 1 case · 0.0/…"]);
});

test("the columns of a summary are straight, however long a fault's name is", () => {
  const { text, reporter } = told();
  const count = { planned: 12, injected: 12, effective: 3 };
  reporter.end(report({ faults: { "proc.kill": count, "broker.expire-transactions": count } }));
  const [heading, ...rows] = text()
    .split("\n")
    .filter(line => /^faults|12 +3$/.test(line));
  const ends = rows.map(row => [row.indexOf("12") + 2, row.length]);
  expect(rows).toHaveLength(2);
  for (const end of ends) expect(end).toEqual([heading!.indexOf("injected") + 8, heading!.length]);
});

test("300 passing cases leave a defect of one percent in sight", () => {
  expect(missedBound(300)).toContain("0.99 %");
});
