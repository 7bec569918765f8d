import { expect, test } from "vitest";
import { CampaignTotals } from "../explore/campaign-totals.ts";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import { violatedRun } from "../explore/testing/stand-in-runs.ts";
import type { ExploreReport } from "./explore-report.ts";
import { githubReporter } from "./github-reporter.ts";
import { junitReporter } from "./junit-reporter.ts";

function failure(index: number): FoundFailure {
  return {
    id: `words-${index}`,
    file: `reports/failures/words-${index}/case.json`,
    scenario: "words",
    seed: "a",
    case: index,
    signature: `SK-1@count${index}`,
    claim: "SK-1",
    message: `expected <"a" & 'b'>,\n100% not: ${index}\u0007`,
    hits: 3,
    planLength: 1,
    originalPlanLength: 5,
    shrinkRuns: 31,
    shrinkEnding: "1-minimal",
    plan: [{ kind: "proc.kill", target: "tm0", when: { atUs: 5_000 } }],
    replay: `npx millrace replay words-${index}`,
  };
}

function report(failures: number): ExploreReport {
  const totals = new CampaignTotals();
  totals.add(violatedRun("SK-1", "count[0]"));
  return {
    command: "explore",
    version: "0.1.0",
    seed: "a",
    scenarios: ["words", "flights"],
    jobs: 1,
    mutant: null,
    ended: "all-played",
    wallMs: 1500,
    runsPerSecond: 1,
    eventsPerSecond: 100,
    peakRssBytes: 1,
    ...totals.summary(),
    unseen: [],
    corpus: { played: 0, failed: 0, results: [] },
    failures: Array.from({ length: failures }, (_, index) => failure(index)),
    neverFired: [],
    notJudged: [],
    tolerated: { exhausted: false, vacuous: true },
  };
}

test("JUnit has a case for each scenario and failure, and its text is legal XML", () => {
  let xml = "";
  junitReporter(text => (xml += text)).end(report(2));
  expect(xml.match(/<testcase /g)).toHaveLength(3);
  expect(xml).toContain('tests="3" failures="2" errors="0"');
  expect(xml).toContain("&lt;&quot;a&quot; &amp; 'b'&gt;");
  expect(xml).toContain("proc.kill tm0 at 5 ms");
  expect(xml).not.toContain("\u0007");
  expect(xml).toContain('<testcase classname="flights" name="flights"/>');
});

test("GitHub gets at most ten annotations, whatever was found, and each is one line", () => {
  for (const [found, lines] of [
    [0, 0],
    [10, 10],
    [25, 10],
  ] as const) {
    let text = "";
    githubReporter(more => (text += more), undefined).end(report(found));
    expect(text.split("\n").length - 1).toBe(lines);
    if (found === 25) expect(text).toContain("::error title=16 more failures::");
    if (found > 0)
      expect(text).toMatch(/^::error file=reports\/failures\/words-0\/case\.json,title=SK-1@count0 in words::/);
    if (found > 0) expect(text).toContain("%0A100%25 not: 0");
  }
});

test("the summary of the step has all failures in a table", () => {
  let markdown = "";
  githubReporter(
    () => {},
    more => (markdown += more),
  ).end(report(12));
  expect(markdown).toContain("12 failures");
  expect(markdown.match(/^\| SK-1@count/gm)).toHaveLength(12);
});

test("cases that fail a campaign without a broken claim are failures, and those that it tolerates are none", () => {
  for (const [tolerated, failures] of [
    [{ exhausted: false, vacuous: false }, 2],
    [{ exhausted: false, vacuous: true }, 1],
    [{ exhausted: true, vacuous: true }, 0],
  ] as const) {
    const bad = { ...report(0), exhausted: 3, vacuous: 1, tolerated };
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    githubReporter(write, write).end(bad);
    junitReporter(write).end(bad);
    const [lines, summary, xml] = written;
    expect(lines!.split("\n").length - 1).toBe(failures);
    expect(xml).toContain(`failures="${failures}"`);
    expect(summary).toContain(
      failures === 0 ? "all claims held" : `### Millrace: ${failures} failure${failures === 1 ? "" : "s"}`,
    );
    expect(written.every(text => text.includes("3 cases ran out of the budget of events"))).toBe(failures > 0);
    expect(written.every(text => text.includes("1 case in which no fault had an effect"))).toBe(failures > 1);
  }
});

test("a regression that fails again and a claim that nothing has seen are failures, too", () => {
  const regression = {
    file: "scenarios/regressions/words-1.json",
    scenario: "words",
    claim: "SK-1",
    signature: "SK-1@count",
  };
  const results = [
    { ...regression, outcome: "reproduced" as const },
    { ...regression, outcome: "passes" as const },
  ];
  const notJudged = [{ scenario: "words", claim: "SK-1", reason: "count uses timers", cases: 2, of: 5 }];
  const bad = { ...report(0), unseen: ["XX-1"], corpus: { played: 2, failed: 1, results }, notJudged };
  const written: string[] = [];
  githubReporter(
    text => written.push(text),
    text => written.push(text),
  ).end(bad);
  const [lines, summary] = written;
  expect(lines!.trim().split("\n")).toHaveLength(2);
  expect(lines).toContain("A regression case fails again: reproduced.");
  expect(summary).toContain("### Millrace: 2 failures");
  expect(summary).toContain("npx millrace replay scenarios/regressions/words-1.json");
  expect(summary).toContain("`XX-1`");
  expect(summary).toContain("- not judged: SK-1 of words: count uses timers (in 2 of 5 cases)");
  junitReporter(text => written.push(text)).end(bad);
  expect(written.at(-1)).toContain('failures="2"');
});
