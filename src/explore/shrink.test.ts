import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Case } from "../world/case.ts";
import { faultKinds, type Fault } from "../world/fault.ts";
import { CaseArbitrary } from "./case-generator.ts";
import { plainKnobs } from "./defaults.ts";
import type { CasePlayer, CaseRun } from "./case-run.ts";
import { Dice, randomOf } from "./dice.ts";
import { scenario } from "./scenario.ts";
import { shrinkCase } from "./shrink.ts";
import { showing, singleRemovals, standInBugs } from "./testing/stand-in-bugs.ts";
import { idleJob, emptyPilot, passedRun, violatedRun } from "./testing/stand-in-runs.ts";

const target = scenario("shrinking", {
  why: "A stand-in whose failures are known beforehand.",
  job: idleJob,
  input: Array.from({ length: 8 }, (_, id) => ({ id })),
});

/** Fails when the plan holds both faults, whatever else it holds. */
function twoFaultBug(first: Fault, second: Fault): CasePlayer {
  return player(played => played.plan.includes(first) && played.plan.includes(second));
}

function player(
  fails: (played: Case) => boolean,
  judge: (played: Case) => CaseRun = () => violatedRun("SK-1", "count[1]"),
): CasePlayer {
  return { play: played => Promise.resolve(fails(played) ? judge(played) : passedRun(played)) };
}

/** 40 faults at times that are coarse already: the steps on times have nothing to do. */
function fortyFaults(start: number): Case {
  const dice = new Dice(randomOf("forty", "shrinking", start));
  const plan = Array.from({ length: 40 }, (_, index): Fault => ({
    kind: dice.pick(faultKinds),
    target: `tm${index}`,
    when: { on: { event: "barrier.align" } },
  }));
  return { ...new CaseArbitrary(target, emptyPilot).generate(randomOf("s", "shrinking", start)).value, plan };
}

test("a two-fault bug among 40 faults takes at most 15 plan simulations in the median of 20 starts", async () => {
  const counts: number[] = [];
  for (let start = 0; start < 20; start++) {
    const original = {
      ...fortyFaults(start),
      topology: target.topology,
      knobs: { ...target.knobs, linkJitterUs: 0, clockOffsetMsMax: 0 },
    };
    const dice = new Dice(randomOf("pair", "shrinking", start));
    const first = dice.between(0, 39);
    const second = (first + dice.between(1, 39)) % 40;
    const [a, b] = [original.plan[first]!, original.plan[second]!];
    let planRuns = 0;
    const bug = twoFaultBug(a, b);
    const counting: CasePlayer = {
      play(played, options) {
        if (played.topology === original.topology && played.input === original.input) planRuns++;
        return bug.play(played, options);
      },
    };
    const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[1]") }, counting, {
      runsMax: 1000,
    });
    expect(new Set(shrunk.case.plan)).toEqual(new Set([a, b]));
    expect(shrunk.ending).toBe("1-minimal");
    counts.push(planRuns);
  }
  counts.sort((x, y) => x - y);
  expect(counts[10]).toBeLessThanOrEqual(15);
});

test("a fault that gives a failure nothing but time goes in exchange for slower records", async () => {
  const original = { ...fortyFaults(0), topology: target.topology, knobs: plainKnobs };
  const [first] = original.plan;
  // Each fault makes the run longer; so do records that take longer.
  const lasts = ({ plan, knobs }: Case) => plan.length * 10 + knobs.recordCostUs / 1_000;
  const bug = player(played => played.plan.includes(first!) && lasts(played) >= 60);
  const { case: shrunk, ending } = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[1]") }, bug, {
    runsMax: 1000,
  });
  expect(ending).toBe("1-minimal");
  expect(shrunk.plan).toContain(first);
  expect([shrunk.plan.length, shrunk.knobs.recordCostUs]).toEqual([1, 96_000]);
});

test("what is called 1-minimal is: brute force finds nothing single that could go", async () => {
  const listMax = fc.constantFrom(undefined, 8, Infinity);
  await fc.assert(
    fc.asyncProperty(standInBugs, listMax, async (bug, longest) => {
      const shows = showing(bug);
      const shrunk = await shrinkCase({ case: bug.case, run: violatedRun("SK-1", "count[0]") }, player(shows), {
        runsMax: Infinity,
        ...(longest === undefined ? {} : { listMax: longest }),
      });
      expect(shrunk.ending).toMatch(longest === Infinity ? /^1-minimal$/ : /^1-minimal/);
      const within = shrunk.ending === "1-minimal" ? "lists" : "ends";
      expect(singleRemovals(shrunk.case, within).filter(shows)).toEqual([]);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("it is, too, where faults wait for events: what would take one from the calm is no removal", async () => {
  await fc.assert(
    fc.asyncProperty(standInBugs, async bug => {
      const shows = showing(bug);
      const shrunk = await shrinkCase(
        { case: bug.case, run: violatedRun("SK-1", "count[0]") },
        checkpointsEveryTenRecords(shows),
        { runsMax: Infinity },
      );
      const meets = (played: Case, { when }: Fault) =>
        "on" in when && calmCheckpoints(played) >= (when.on.checkpoint ?? when.nth ?? 1);
      const keeps = (removal: Case) =>
        removal.plan.length === 1 || removal.plan.every(fault => meets(removal, fault) || !meets(shrunk.case, fault));
      const within = shrunk.ending === "1-minimal" ? "lists" : "ends";
      expect(singleRemovals(shrunk.case, within).filter(shows).filter(keeps)).toEqual([]);
    }),
    { seed: 5, numRuns: 100 },
  );
});

test("a list too long to be tried record by record is not called 1-minimal, unless there is time for it", async () => {
  const values = Array.from({ length: 200 }, (_, id) => ({ id }));
  const failing = {
    case: { ...fortyFaults(9), input: { input: { kind: "values", values } } } satisfies Case,
    run: violatedRun("SK-1", "count[0]"),
  };
  const needsMany = player(({ input: { input } }) => input?.kind === "values" && input.values.length >= 60);
  const soon = await shrinkCase(failing, needsMany, { runsMax: 1000 });
  expect(soon).toMatchObject({
    ending: "1-minimal-except-records",
    case: { input: { input: { values: { length: 60 } } } },
  });
  expect(soon.runs).toBeLessThan(40);
  expect((await shrinkCase(failing, needsMany, { runsMax: 1000, listMax: Infinity })).ending).toBe("1-minimal");
  const needsThree = player(
    ({ input: { input } }) => input?.kind === "values" && [3, 77, 150].every(id => input.values.includes(values[id])),
  );
  expect(await shrinkCase(failing, needsThree, { runsMax: 1000, listMax: Infinity })).toMatchObject({
    ending: "1-minimal",
    case: { input: { input: { values: [{ id: 3 }, { id: 77 }, { id: 150 }] } } },
  });
});

test("machines, parallelism, records and settings go too", async () => {
  const shrunk = await shrinkCase(
    { case: fortyFaults(1), run: violatedRun("SK-1", "count[0]") },
    player(() => true),
    { runsMax: 1000 },
  );
  expect(shrunk.case.plan).toEqual([]);
  expect(shrunk.case.topology).toMatchObject({
    workers: 1,
    parallelism: 1,
    partitions: 1,
    storageNodes: 1,
    placement: "together",
    persistence: "prefix",
    broker: "durable-prepare",
  });
  expect(shrunk.case.input["input"]).toMatchObject({ values: [] });
  expect(shrunk.runs).toBeLessThan(40);
});

test("simultaneous events keep their plain order, unless the failure needs the seed's", async () => {
  const failing = { case: fortyFaults(6), run: violatedRun("SK-1", "count[0]") };
  const plain = await shrinkCase(
    failing,
    player(() => true),
    { runsMax: 1000 },
  );
  expect(plain.case.ties).toBe("fifo");
  const drawn = await shrinkCase(
    failing,
    player(played => played.ties === undefined),
    { runsMax: 1000 },
  );
  expect(drawn.case).not.toHaveProperty("ties");
});

test("a slice of a data set goes down to the records that are needed", async () => {
  const original: Case = {
    ...fortyFaults(7),
    input: { input: { kind: "dataset", name: "words", from: 100, to: 517 } },
  };
  const needs = player(({ input: { input } }) => input?.kind === "dataset" && input.from <= 271 && input.to >= 274);
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, needs, { runsMax: 1000 });
  expect(shrunk.case.input["input"]).toMatchObject({ from: 271, to: 274 });
  expect(shrunk.runs).toBeLessThan(100);
});

test("what an anchored fault makes needless goes, too", async () => {
  const killed: Fault = { kind: "proc.kill", target: "tm0", when: { atUs: 1_000_000 } };
  const cut: Fault = { kind: "net.cut", target: "tm1>tm2", when: { on: { event: "barrier.align" } } };
  const entries = [{ atUs: 1_000_000, owner: "tm0", what: "checkpoint.ack" }];
  const needs = player(
    ({ plan: [first, second] }) =>
      first?.kind === "proc.kill" && ("on" in first.when || (second !== undefined && second.kind === "net.cut")),
  );
  const bug: CasePlayer = {
    play: async played => ({ ...(await needs.play(played)), activeSimulatedMs: 2_000, entries }),
  };
  const original: Case = { ...fortyFaults(8), plan: [killed, cut] };
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, bug, { runsMax: 1000 });
  expect(shrunk).toMatchObject({ ending: "1-minimal", case: { plan: [{ kind: "proc.kill" }] } });
});

test("a candidate that fails otherwise is not this failure", async () => {
  const bug = player(
    () => true,
    played => (played.plan.length >= 3 ? violatedRun("SK-1", "count[0]") : violatedRun("CC-8", "dfs1")),
  );
  const shrunk = await shrinkCase({ case: fortyFaults(2), run: violatedRun("SK-1", "count[2]") }, bug, {
    runsMax: 1000,
  });
  expect(shrunk.case.plan).toHaveLength(3);
});

test("faults without effect go in one run", async () => {
  const original = fortyFaults(3);
  const [kept] = original.plan;
  const faults = original.plan.map(({ kind, target }, index) => ({
    index,
    kind,
    target,
    fired: true,
    effective: index === 0,
    note: "",
  }));
  let first: Case | undefined;
  const bug = player(played => played.plan.includes(kept!));
  const watching: CasePlayer = {
    play(played) {
      first ??= played;
      return bug.play(played);
    },
  };
  await shrinkCase({ case: original, run: { ...violatedRun("SK-1", "count[2]"), faults } }, watching, {
    runsMax: 1000,
  });
  expect(first?.plan).toEqual([kept]);
});

test("a spent budget is stated", async () => {
  const bug = player(played => played.plan.length > 0);
  const failing = { case: fortyFaults(4), run: violatedRun("SK-1", "count[0]") };
  expect(await shrinkCase(failing, bug, { runsMax: 3 })).toMatchObject({ runs: 3, ending: "run-budget" });
  expect(await shrinkCase(failing, bug, { runsMax: 1000, timeIsUp: () => true })).toMatchObject({
    runs: 0,
    ending: "time-budget",
  });
  let asked = 0;
  expect(await shrinkCase(failing, bug, { runsMax: 1000, interrupted: () => ++asked > 2 })).toMatchObject({
    runs: 2,
    ending: "interrupted",
  });
});

test("a time becomes the protocol event before it", async () => {
  const original: Case = {
    ...fortyFaults(5),
    plan: [{ kind: "proc.kill", target: "tm0", when: { atUs: 1_000_040 }, forUs: 1_000_000 }],
  };
  const entries = [
    { atUs: 999_000, owner: "tm0", what: "barrier.align", detail: { subtask: "count[0]", checkpoint: 2 } },
    { atUs: 1_000_000, owner: "tm0", what: "checkpoint.ack", detail: { subtask: "count[0]", checkpoint: 2 } },
  ];
  const bug = player(
    played => played.plan.length === 1,
    () => ({ ...violatedRun("SK-1", "count[0]"), entries }),
  );
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, bug, { runsMax: 1000 });
  expect(shrunk.case.plan[0]!.when).toEqual({ on: { event: "checkpoint.ack", subtask: "count[0]", checkpoint: 2 } });
});

/** A world with a checkpoint after each ten records of its lists; where something goes wrong, there are two more. */
function checkpointsEveryTenRecords(fails: (played: Case) => boolean): CasePlayer {
  return {
    play(played) {
      const more = played.plan.length === 0 ? 0 : 2;
      const entries = Array.from({ length: calmCheckpoints(played) + more }, (_, index) => ({
        atUs: (index + 1) * 100_000,
        owner: "tm0",
        what: "barrier.align",
        detail: { subtask: "count[0]", checkpoint: index + 1 },
      }));
      const { faults, ...passed } = passedRun(played);
      const run = fails(played) ? violatedRun("SK-1", "count[0]") : passed;
      return Promise.resolve({ ...run, faults, activeSimulatedMs: 10_000, entries });
    },
  };
}

function calmCheckpoints({ input }: Case): number {
  const lengths = Object.values(input).map(one => (one.kind === "values" ? one.values.length : 0));
  return Math.floor(lengths.reduce((sum, length) => sum + length, 0) / 10);
}

function seventyRecords(plan: readonly Fault[]): Case {
  const values = Array.from({ length: 70 }, (_, id) => ({ id }));
  return { ...fortyFaults(10), plan, input: { input: { kind: "values", values } } };
}

const killedFirst: Fault = {
  kind: "proc.kill",
  target: "tm0",
  when: { on: { event: "barrier.align", checkpoint: 1 } },
};

test("records stay while a fault would miss its event without the failure that goes before it", async () => {
  const cutLater: Fault = { kind: "net.cut", target: "dfs0", when: { on: { event: "barrier.align", checkpoint: 4 } } };
  const both = checkpointsEveryTenRecords(({ plan }) => plan.length === 2);
  const original = seventyRecords([killedFirst, cutLater]);
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, both, { runsMax: 1000 });
  expect(shrunk.case.plan).toEqual([killedFirst, cutLater]);
  expect(shrunk.case.input["input"]).toMatchObject({ values: { length: 40 } });
});

test("an event that only recovery brings about holds no records back", async () => {
  const restart: Fault = { kind: "net.cut", target: "dfs0", when: { on: { event: "job.restart" } } };
  const both = checkpointsEveryTenRecords(({ plan }) => plan.length === 2);
  const original = seventyRecords([killedFirst, restart]);
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, both, { runsMax: 1000 });
  expect(shrunk.case.input["input"]).toMatchObject({ values: { length: 10 } });
});

test("a time is anchored to an event that happens without the faults, too", async () => {
  const timed: Fault = { kind: "net.cut", target: "dfs0", when: { atUs: 900_000 } };
  const both = checkpointsEveryTenRecords(({ plan }) => plan.length === 2);
  const original = seventyRecords([killedFirst, timed]);
  const shrunk = await shrinkCase({ case: original, run: violatedRun("SK-1", "count[0]") }, both, { runsMax: 1000 });
  expect(shrunk.case.plan[1]!.when).toEqual({ on: { event: "barrier.align", subtask: "count[0]", checkpoint: 7 } });
});

test("fast-check's own runner shrinks a case in the same order", () => {
  const pilot = { ...emptyPilot, subtasks: ["count[0]"] };
  const result = fc.check(
    fc.property(
      new CaseArbitrary(target, pilot, "all"),
      played => played.plan.filter(fault => fault.kind !== "net.reset").length < 2,
    ),
    { seed: 7, numRuns: 100 },
  );
  expect(result.failed).toBe(true);
  expect(result.counterexample?.[0].plan).toHaveLength(2);
  expect(result.counterexample?.[0].topology.workers).toBe(1);
});
