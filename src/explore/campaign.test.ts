import { expect, test } from "vitest";
import { campaign, indicesOf, playInline, type CampaignOptions } from "./campaign.ts";
import { Journal } from "../kernel/journal.ts";
import { calmCase } from "./case-generator.ts";
import { CaseLine, type IndexedRun } from "./case-line.ts";
import type { CasePlayer, CaseRun } from "./case-run.ts";
import type { Case } from "../world/case.ts";
import type { FoundFailure } from "./failure-recorder.ts";
import { scenario } from "./scenario.ts";
import { idleJob, passedRun, violatedRun } from "./testing/stand-in-runs.ts";

const target = {
  scenario: scenario("stand-in", {
    why: "A stand-in for the loop's own tests.",
    job: idleJob,
    input: [1, 2, 3],
  }),
  jobFile: "jobs/none.ts",
};

function line(player: CasePlayer, options: { checkEvery?: number; freshEvery?: number } = {}): CaseLine {
  return new CaseLine([{ ...target, player }], { seed: "s", checkEvery: 0, freshEvery: 0, ...options });
}

const always = (run: (index: number) => CaseRun): CasePlayer => {
  let plays = -1;
  return { play: () => Promise.resolve(run(plays++)) };
};

function options(more: Partial<CampaignOptions> = {}): CampaignOptions {
  return {
    bail: false,
    scenarioOf: () => "stand-in",
    record: failed => Promise.resolve(found(failed)),
    stop: () => undefined,
    ...more,
  };
}

function found(failed: IndexedRun): FoundFailure {
  const signature =
    failed.run.verdict.kind === "violated" ? failed.run.verdict.violation.claim : failed.run.verdict.kind;
  const numbers = { case: failed.index, hits: 1, planLength: 1, originalPlanLength: 4, shrinkRuns: 20 };
  return {
    id: "x",
    file: "x",
    scenario: "stand-in",
    seed: "s",
    signature,
    claim: signature,
    message: "",
    shrinkEnding: "1-minimal",
    plan: [],
    replay: "",
    ...numbers,
  };
}

const passed = { kind: "passed" };
const passing: CasePlayer = { play: played => Promise.resolve(passedRun(played)) };

test("the same seed gives the same cases and digest, another seed others", async () => {
  const digest = async (seed: string) => {
    const cases = new CaseLine([{ ...target, player: passing }], { seed, checkEvery: 0, freshEvery: 0 });
    return (
      await campaign(
        playInline(indicesOf(20), index => cases.play(index)),
        options(),
      )
    ).summary.digest;
  };
  expect(await digest("a")).toBe(await digest("a"));
  expect(await digest("a")).not.toBe(await digest("b"));
});

test("campaigns of the same histories that are judged otherwise have other digests", async () => {
  const digest = async (verdict: CaseRun["verdict"]) => {
    const cases = line({ play: played => Promise.resolve({ ...passedRun(played), verdict }) });
    return (
      await campaign(
        playInline(indicesOf(3), index => cases.play(index)),
        options(),
      )
    ).summary.digest;
  };
  expect(await digest({ kind: "passed" })).toBe(await digest({ kind: "passed" }));
  expect(await digest({ kind: "vacuous" })).not.toBe(await digest({ kind: "passed" }));
});

test("regressions come before case 0, as their files have them, and are no cases of the campaign", async () => {
  const seeds: string[] = [];
  const noting: CasePlayer = { play: played => (seeds.push(played.seed), passing.play(played)) };
  const [first, last] = ["first", "last"].map(seed => ({
    scenario: "stand-in",
    case: { ...calmCase(target.scenario), seed },
  }));
  const cases = new CaseLine([{ ...target, player: noting }], {
    seed: "s",
    checkEvery: 1,
    freshEvery: 1,
    regressions: [first!, last!],
  });
  expect([...indicesOf(2, undefined, 2)]).toEqual([-2, -1, 0, 1]);
  for (const index of [-2, -1]) expect(await cases.play(index)).toMatchObject({ index, run: { verdict: passed } });
  expect(seeds).toEqual(["first", "last"]);
  expect((await cases.caseOf(-1)).seed).toBe("last");
  expect((await cases.caseOf(0)).seed).not.toBe("last");
});

test("case i is the same whatever was played before it", async () => {
  const [one, other] = [line(passing), line(passing)];
  await one.caseOf(3);
  expect(await one.caseOf(9)).toEqual(await other.caseOf(9));
});

test("a second failure of a signature is a hit, another signature a failure of its own", async () => {
  const player = always(index => violatedRun(index % 2 === 0 ? "SK-1" : "CC-8", "count[0]"));
  const cases = line(player);
  const { failures, summary } = await campaign(
    playInline(indicesOf(6), index => cases.play(index)),
    options(),
  );
  expect(failures.map(({ signature, hits }) => [signature, hits])).toEqual([
    ["SK-1", 3],
    ["CC-8", 3],
  ]);
  expect(summary).toMatchObject({ runs: 6, violated: 6, claims: { "SK-1": { checked: 3, violated: 3, seen: 3 } } });
});

test("two scenarios that break the same claim are two failures", async () => {
  const targets = ["one", "other"].map(name => ({
    jobFile: "jobs/none.ts",
    scenario: scenario(name, { why: "One of two with the same failure.", job: idleJob, input: [1] }),
    player: { play: () => Promise.resolve(violatedRun("SK-1", "count[0]")) },
  }));
  const cases = new CaseLine(targets, { seed: "s", checkEvery: 0, freshEvery: 0 });
  const { failures } = await campaign(
    playInline(indicesOf(6), index => cases.play(index)),
    options({ scenarioOf: index => cases.target(index).scenario.name }),
  );
  expect(failures.map(({ case: index, hits }) => [index, hits])).toEqual([
    [0, 3],
    [1, 3],
  ]);
});

test("bail ends at the first failure, an interruption keeps what there is", async () => {
  const failing = line(always(index => violatedRun("SK-1", `count[${index}]`)));
  const told: number[] = [];
  expect(
    await campaign(
      playInline(indicesOf(9), index => failing.play(index)),
      options({ bail: true, onRun: ({ index }) => void told.push(index) }),
    ),
  ).toMatchObject({
    ended: "bail",
    summary: { runs: 1 },
  });
  expect(told).toEqual([0]);
  let left = 4;
  const stopped = await campaign(
    playInline(indicesOf(9), index => line(passing).play(index)),
    options({ stop: () => (--left === 0 ? "interrupted" : undefined) }),
  );
  expect(stopped).toMatchObject({ ended: "interrupted", summary: { runs: 4, passed: 4 } });
});

test("a run that differs when it is played again is broken, with the first entry that differs", async () => {
  let plays = 0;
  const drifting: CasePlayer = {
    play: (played, { record = false } = {}) => {
      plays++;
      const journal = new Journal({ record });
      journal.note(() => ({ atUs: 5, owner: "tm0", what: plays % 2 === 0 ? "barrier.align" : "checkpoint.ack" }));
      return Promise.resolve({ ...passedRun(played), digest: `play ${plays}`, journal });
    },
  };
  const { run, agreed } = await line(drifting, { checkEvery: 1 }).play(0);
  expect(agreed).toBe(false);
  expect(run.verdict).toMatchObject({ kind: "broken" });
  expect(JSON.stringify(run.verdict)).toMatch(/differs first at 5 µs: tm0: .* \| tm0: /);
});

test("a digest that changes with fresh modules names the job's file", async () => {
  const remembering: CasePlayer = {
    play: (played, { freshJobModules = false } = {}) =>
      Promise.resolve({ ...passedRun(played), digest: freshJobModules ? "fresh" : "kept" }),
  };
  const { run } = await line(remembering, { freshEvery: 1 }).play(0);
  expect(JSON.stringify(run.verdict)).toContain("module state survived a crash: jobs/none.ts");
});

test("every scenario has its share of checks, from the first round on", async () => {
  const fresh: string[] = [];
  const targets = ["one", "two", "three"].map(name => ({
    jobFile: "jobs/none.ts",
    scenario: scenario(name, { why: "One of several, each with its share.", job: idleJob, input: [1] }),
    player: {
      play: (played, { freshJobModules = false } = {}) => {
        if (freshJobModules) fresh.push(played.scenario);
        return Promise.resolve(passedRun(played));
      },
    } satisfies CasePlayer,
  }));
  const cases = new CaseLine(targets, { seed: "s", checkEvery: 0, freshEvery: 4 });
  for (const index of indicesOf(15)) await cases.play(index);
  // Rounds 0 and 4 of the five that fifteen cases make.
  expect(fresh).toEqual(["one", "two", "three", "one", "two", "three"]);
});

test("every scenario has its share of the cases that are played twice", async () => {
  const targets = ["one", "two", "three"].map(name => ({
    jobFile: "jobs/none.ts",
    scenario: scenario(name, { why: "One of as many as there are rounds.", job: idleJob, input: [1] }),
    player: passing,
  }));
  // As many scenarios as rounds between two checks: by cases, and not by rounds, the same one would be checked each time.
  const cases = new CaseLine(targets, { seed: "s", checkEvery: 3, freshEvery: 0 });
  const checked: string[] = [];
  for (const index of indicesOf(9))
    if ((await cases.play(index)).agreed === true) checked.push(cases.target(index).scenario.name);
  expect(checked).toEqual(["one", "two", "three"]);
});

test("every storm has its share of the cases, and fixed plans come by in turn", () => {
  const named = (name: string, storm: boolean) => ({
    jobFile: "jobs/none.ts",
    scenario: scenario(name, {
      why: "One of several, each with its share.",
      job: idleJob,
      input: [1],
      ...(storm ? {} : { plan: on => [on.checkpoint(1).completed().kill("tm0")] }),
    }),
    player: { play: (played: Case) => Promise.resolve(passedRun(played)) },
  });
  const targets = [named("plan-a", false), named("storm-a", true), named("plan-b", false), named("storm-b", true)];
  const cases = new CaseLine(targets, { seed: "s", checkEvery: 0, freshEvery: 0 });
  expect([...indicesOf(8)].map(index => cases.target(index).scenario.name)).toEqual([
    "storm-a",
    "storm-b",
    "plan-a",
    "storm-a",
    "storm-b",
    "plan-b",
    "storm-a",
    "storm-b",
  ]);
});

test("a run that is broken already is not said to remember", async () => {
  const broken: CasePlayer = {
    play: (played, { freshJobModules = false } = {}) =>
      Promise.resolve({
        ...passedRun(played),
        verdict: { kind: "broken", reason: "tm0 reached for the real world" },
        digest: freshJobModules ? "fresh" : "kept",
      }),
  };
  const { run } = await line(broken, { freshEvery: 1 }).play(0);
  expect(run.verdict).toEqual({ kind: "broken", reason: "tm0 reached for the real world" });
});

test("runs are the sum of their verdicts, and recoveries count cases", async () => {
  const kinds: CaseRun["verdict"][] = [
    { kind: "vacuous" },
    { kind: "exhausted", reason: "events" },
    { kind: "passed" },
  ];
  const cases = line({
    play: played => Promise.resolve({ ...passedRun(played), verdict: kinds[played.plan.length % 3]! }),
  });
  const { summary } = await campaign(
    playInline(indicesOf(30), index => cases.play(index)),
    options(),
  );
  expect(summary.passed + summary.vacuous + summary.exhausted).toBe(30);
  expect(summary.recoveries).toMatchObject({ fromCheckpoint: 30, withState: 30, withPendingCommit: 0 });
});
