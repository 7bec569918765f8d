import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JournalEntry } from "../kernel/journal.ts";
import { defaultKnobs, defaultTopology } from "./defaults.ts";
import { readFailure, serializeFailure, writeFailure, type Failure } from "./failure-file.ts";
import { Misuse } from "./misuse.ts";
import { confirmed, outcomeOfCase, replayFailure } from "./replay.ts";
import { reproOf } from "./repro-test.ts";
import type { ShrinkEnding } from "./shrink-ending.ts";
import { passedRun, violatedRun } from "./testing/stand-in-runs.ts";
import { storyOf } from "./story.ts";
import type { Case } from "../world/case.ts";
import type { CasePlayer, CaseRun, Verdict } from "./case-run.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-failures-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const failed: Failure["case"] = {
  schema: 1,
  scenario: "word-count-storm",
  topology: defaultTopology,
  knobs: defaultKnobs,
  input: { input: { kind: "values", values: [{ word: "a", count: 7n }] } },
  plan: [
    {
      kind: "proc.kill",
      target: "tm0",
      when: { on: { event: "barrier.align", checkpoint: 3, subtask: "count[1]" }, nth: 2 },
      forUs: 500_000,
    },
  ],
  seed: "abc",
};

const failure: Failure = {
  kind: "millrace-failure",
  schema: 1,
  version: "0.1.0",
  node: "v20.20.2",
  scenario: { name: "word-count-storm", module: "millrace:word-count-storm", export: "" },
  datasets: {},
  case: failed,
  original: { seed: "s", index: 4, case: failed },
  signature: "SK-1@count",
  claim: "SK-1",
  digest: "violated SK-1 count[1]",
  message: "the word a was counted twice",
  expected: "a 1",
  actual: "a 2",
  mutant: null,
  shrink: { runs: 31, ending: "1-minimal", planLength: 1, originalPlanLength: 5 },
  hits: 1,
};

function refusal(text: string): string {
  const path = join(folder, "case.json");
  writeFileSync(path, text);
  try {
    readFailure(path);
  } catch (error) {
    if (error instanceof Misuse) return `${error.place}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

test("a failure comes back from its file as it was, big integers included", () => {
  const { file } = writeFailure(folder, failure);
  expect(readFailure(file)).toEqual({ ...failure, sum: expect.stringMatching(/^[0-9a-f]{16}$/) });
});

test("the same failure again adds a hit, another one gets a folder of its own", () => {
  const first = writeFailure(folder, failure);
  const again = writeFailure(folder, { ...failure, case: { ...failed, seed: "other" } });
  expect(again.file).toBe(first.file);
  expect(readFailure(first.file).hits).toBe(2);
  const other = writeFailure(folder, { ...failure, signature: "CC-8@dfs" });
  expect(other.file).not.toBe(first.file);
  expect(readdirSync(folder)).toHaveLength(2);
});

test("a planted bug's failure is not the one that the sound runtime has, though case and signature are", () => {
  const real = writeFailure(folder, failure);
  const planted = writeFailure(folder, { ...failure, mutant: "sink.no-flush-before-ack" });
  expect(planted.id).not.toBe(real.id);
  expect(readFailure(real.file)).toMatchObject({ mutant: null, hits: 1 });
  expect(readFailure(planted.file)).toMatchObject({ mutant: "sink.no-flush-before-ack", hits: 1 });
});

test("a file that is not this failure is never replaced", () => {
  const { file } = writeFailure(folder, failure);
  writeFileSync(file, "somebody's notes");
  const next = writeFailure(folder, failure);
  expect(next.file).not.toBe(file);
  expect(readFileSync(file, "utf8")).toBe("somebody's notes");
});

test("a damaged file is refused with its line and what to do", () => {
  const text = serializeFailure(failure);
  expect(refusal(text.slice(0, text.length / 2))).toContain("not a whole JSON document");
  expect(refusal("{}")).toContain("not a failure file");
  expect(refusal(text.replace('"schema": 1', '"schema": 9'))).toContain("schema 9");
  expect(refusal(text.replace('"proc.kill"', '"proc.kil"'))).toMatch(/case\.json:\d+: "case\.plan\.0\.kind" is wrong/);
  expect(refusal(text.replace('"workers": 3', '"workers": -3'))).toContain("case.topology.workers");
  expect(refusal(text.replace('"workers": 3', '"workers": 2'))).toMatch(/case\.json:\d+: This file was edited/);
  expect(refusal(text.replace('"1-minimal"', '"minimal"'))).toMatch(
    /case\.json:\d+: "shrink\.ending" is wrong: "minimal" is none of 1-minimal, 1-minimal-except-records, run-budget/,
  );
  expect(refusal(text.replace('"hits": 1', '"hits": 12'))).toBe("accepted");
});

test("whatever is missing from a file, or of another kind, is named with what is wanted", () => {
  const whole = JSON.parse(serializeFailure(failure)) as Record<string, unknown>;
  const optional = ["expected", "actual", "sum"];
  for (const field of Object.keys(whole).filter(name => !["kind", "schema", ...optional].includes(name))) {
    const { [field]: _, ...lacking } = whole;
    for (const wrong of [lacking, { ...whole, [field]: [1] }, { ...whole, [field]: 1.5 }])
      expect(refusal(JSON.stringify(wrong, undefined, 2)), field).toMatch(
        new RegExp(`^\\S+case\\.json:\\d+: "${field}(\\.\\w+)*" is wrong: .*(is|are) wanted`),
      );
  }
});

test("a replay says what became of the failure", async () => {
  const replayed = async (run: CaseRun, of = failure) =>
    (await replayFailure(of, { play: () => Promise.resolve(run) })).outcome;
  expect(await replayFailure(failure, { play: () => Promise.resolve(violatedRun("SK-1", "count[1]")) })).toMatchObject({
    outcome: "reproduced",
    exact: true,
  });
  expect(
    await replayFailure(failure, { play: () => Promise.resolve({ ...violatedRun("SK-1", "count[0]"), digest: "x" }) }),
  ).toMatchObject({
    outcome: "reproduced",
    exact: false,
  });
  expect(await replayed(violatedRun("CC-8", "dfs0"))).toBe("fails-differently");
  expect(await replayed(passedRun(failed))).toBe("passes");
  const unfired = {
    ...passedRun(failed),
    faults: [{ index: 0, kind: "proc.kill", target: "tm0", fired: false, effective: false, note: "" } as const],
  };
  expect(await replayFailure(failure, { play: () => Promise.resolve(unfired) })).toMatchObject({
    outcome: "stale",
    staleAnchors: ["barrier.align"],
  });
  expect(await replayed({ ...passedRun(failed), verdict: { kind: "broken", reason: "the fence" } })).toBe("broken");
});

test("a case without a file that was not played to its end does not pass", () => {
  const outcomes = (...verdicts: readonly Verdict[]) => verdicts.map(outcomeOfCase);
  const { verdict: violated } = violatedRun("SK-1", "count[1]");
  expect(outcomes(violated, { kind: "stuck", blame: "jm0" }, { kind: "exhausted", reason: "out of events" })).toEqual([
    "reproduced",
    "reproduced",
    "reproduced",
  ]);
  expect(outcomes({ kind: "passed" }, { kind: "vacuous" })).toEqual(["passes", "passes"]);
  expect(outcomes({ kind: "broken", reason: "the fence" })).toEqual(["broken"]);
});

test("a case that passes by a hair is reproduced by one beside it", async () => {
  const passes = await replayFailure(failure, { play: () => Promise.resolve(passedRun(failed)) });
  const played: Case[] = [];
  const hair: CasePlayer = {
    play(beside) {
      played.push(beside);
      return Promise.resolve(beside.seed.endsWith("~5") ? violatedRun("SK-1", "count[3]") : passedRun(beside));
    },
  };
  expect(await confirmed(failure, passes, hair)).toMatchObject({
    outcome: "reproduced",
    exact: false,
    variants: { played: played.length, reproduced: true },
  });
  expect(played[0]).toEqual(failure.original.case);
  const elsewhere: CasePlayer = { play: () => Promise.resolve(violatedRun("CC-8", "dfs0")) };
  expect(await confirmed(failure, passes, elsewhere)).toMatchObject({
    outcome: "passes",
    variants: { played: 16, reproduced: false },
  });
  const otherwise = { ...passes, outcome: "fails-differently" } as const;
  expect(await confirmed(failure, otherwise, hair)).toMatchObject({ outcome: "reproduced" });
  expect(await confirmed(failure, otherwise, elsewhere)).toMatchObject({ outcome: "fails-differently" });
  const broken = { ...passes, outcome: "broken" } as const;
  expect(await confirmed(failure, broken, hair)).toBe(broken);
});

test("a story is short and says the fault in words", () => {
  const story = storyOf(failure, "millrace replay x");
  expect(story.split("\n").length).toBeLessThanOrEqual(20);
  expect(story).toContain("1. proc.kill tm0 at the 2nd barrier.align of count[1] for checkpoint 3, for 500 ms");
  expect(story).toContain("Again: millrace replay x");
});

test("a story says the broken claim in words, a built-in one and one of the author's", () => {
  expect(storyOf(failure, "x")).toContain("Claimed: Committed output is what the reference gives");
  const own = { id: "LEDGER-1", sentence: "Each order counts once.", expectation: "always", wants: {} } as const;
  const claims = [{ ...own, begin: () => ({ checked: 0, on: () => undefined, end: () => [] }) }];
  expect(storyOf({ ...failure, claim: "LEDGER-1" }, "x", [], claims)).toContain("Claimed: Each order counts once.");
  expect(storyOf({ ...failure, claim: "broken" }, "x")).not.toContain("Claimed");
});

test("a story says what the job went on from behind its faults, and where a line was cut", () => {
  const step = (atUs: number, what: string, detail: NonNullable<JournalEntry["detail"]>) => ({
    atUs,
    owner: "jm0",
    what,
    detail,
  });
  const many = (from: number) =>
    Array.from({ length: 30 }, (_, i) => step(from + i, "checkpoint.trigger", { checkpoint: i }));
  const entries = [
    step(1, "job.running", { attempt: 1, restored: 0 }),
    step(2, "fault.fire", { kind: "proc.kill", target: "tm0" }),
    step(3, "job.restart", { attempt: 2, cause: "worker tm0 is lost ".repeat(10) }),
    ...many(100),
    step(200, "job.running", { attempt: 2, restored: 1 }),
    ...many(300),
  ];
  const story = storyOf(failure, "x", entries);
  expect(story).toContain("job.running attempt 1, from the beginning\n");
  expect(story).toContain("job.running attempt 2, from checkpoint 1\n");
  expect(story).toMatch(/job\.restart attempt 2, worker tm0 is lost .*…\n/);
});

test("a story without faults uses its room for how it came to its end", () => {
  const entries = Array.from({ length: 40 }, (_, i) => ({
    atUs: i,
    owner: "jm0",
    what: "checkpoint.trigger",
    detail: { checkpoint: i },
  }));
  const quiet = { ...failure, case: { ...failed, plan: [] } };
  const lines = storyOf(quiet, "x", entries).trimEnd().split("\n");
  expect(lines).toHaveLength(20);
  expect(lines.filter(line => line.includes("checkpoint.trigger")).at(-1)).toContain("checkpoint 39");
});

test("a story says what is not minimal", () => {
  const ended = (ending: ShrinkEnding) => storyOf({ ...failure, shrink: { ...failure.shrink, ending } }, "x");
  expect(ended("1-minimal")).toContain("Shrunk from 5 faults in 31 runs (1-minimal).");
  expect(ended("1-minimal-except-records")).toContain("(1-minimal, except that not every record was tried).");
  expect(ended("time-budget")).toContain("(not minimal: the time was up).");
});

test("a story of a recorded run tells the steps around the faults and who held what, still in twenty lines", () => {
  const step = (atUs: number, owner: string, what: string, detail: JournalEntry["detail"] = {}) => ({
    atUs,
    owner,
    what,
    detail,
  });
  const sum = { subtask: "sum[0]", attempt: 1 };
  const entries: JournalEntry[] = [
    ...Array.from({ length: 50 }, (_, i) => step(i, "disk:tm0", "disk.write")),
    step(1_000, "jm0", "job.running", { attempt: 1, restored: 0 }),
    step(2_000, "jm0", "checkpoint.complete", { checkpoint: 2, attempt: 1 }),
    step(3_000, "tm0", "sink.precommit", { ...sum, checkpoint: 3 }),
    step(3_100, "plan", "fault.fire", { kind: "proc.kill", target: "tm0" }),
    step(3_200, "tm0", "process.killed", { life: 0 }),
    ...Array.from({ length: 50 }, (_, i) => step(4_000 + i, "jm0", "checkpoint.trigger", { checkpoint: 10 + i })),
    step(5_000, "jm0", "job.running", { attempt: 2, restored: 2 }),
  ];
  const lines = storyOf(failure, "millrace replay x", entries).trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(20);
  const fault = lines.findIndex(line => line.includes("✗ proc.kill tm0"));
  expect(lines[fault - 1]).toContain("sink.precommit sum[0], checkpoint 3");
  expect(lines[fault + 1]).toContain("process.killed");
  expect(lines.join("\n")).toContain(
    "At the end checkpoint 2 was the newest complete one; attempt 2 went on from checkpoint 2; prepared and not committed: sum[0] for 3.",
  );
});

test("a repro test needs the package alone for a bundled scenario, and the author's module for another", () => {
  expect(reproOf(failure, "../../..")).toContain('replayed(file, "millrace:word-count-storm")');
  const own = { ...failure, scenario: { ...failure.scenario, module: "scenarios/mine.ts" } };
  expect(reproOf(own, "../../..")).toContain('import * as author from "../../../scenarios/mine.ts";');
});
