import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { job } from "../runtime/api/job.ts";
import { logSink } from "../runtime/connectors/log-sink.ts";
import { logSource } from "../runtime/connectors/log-source.ts";
import { caseAt } from "./case-generator.ts";
import { isBearable } from "./damage-budget.ts";
import { dataset } from "./dataset.ts";
import { Misuse } from "./misuse.ts";
import { emptyPilot, idleJob } from "./testing/stand-in-runs.ts";
import { scenario, type ScenarioSpec } from "./scenario.ts";

const spec: ScenarioSpec = {
  why: "A worker dies in mid-epoch: its records count once.",
  job: idleJob,
  input: [{ word: "a" }, { word: "b" }],
};

function refusal(change: object, name = "word-count-storm"): string {
  try {
    scenario(name, { ...spec, ...change } as ScenarioSpec);
  } catch (error) {
    if (error instanceof Misuse) return error.message;
    throw error;
  }
  return "accepted";
}

test("a scenario without a plan has a storm, and one with a plan has none", () => {
  expect(scenario("a", spec).storm).toEqual({ profile: "standard" });
  const planned = scenario("a", {
    ...spec,
    job: wordsUnderStorm.job,
    plan: on => [on.checkpoint(3).aligned("sink[0]").kill("tm0", { forMs: 500 })],
  });
  expect(planned.storm).toBe(false);
  expect(planned.plan).toEqual([
    {
      kind: "proc.kill",
      target: "tm0",
      when: { on: { event: "barrier.align", checkpoint: 3, subtask: "sink[0]" } },
      forUs: 500_000,
    },
  ]);
});

test("a plan and a storm can be asked for together", () => {
  const both = scenario("a", { ...spec, plan: on => [on.atMs(5).reset("jm0>tm1")], storm: { profile: "light" } });
  expect(both.storm).toEqual({ profile: "light" });
  expect(both.plan).toEqual([{ kind: "net.reset", target: "jm0>tm1", when: { atUs: 5000 } }]);
});

test("input is one topic's records, an arbitrary, a slice, or several topics", () => {
  expect(Object.keys(scenario("a", spec).input)).toEqual(["input"]);
  expect(
    Object.keys(
      scenario("a", { ...spec, input: { payments: dataset("flights", { to: 5 }), rates: fc.array(fc.nat()) } }).input,
    ),
  ).toEqual(["payments", "rates"]);
});

test("each mistake is refused by name and with its remedy", () => {
  expect(refusal({}, "Word Count")).toContain("kebab-case");
  expect(refusal({ why: "" })).toContain('"why" is missing');
  expect(refusal({ job: undefined })).toContain('"job" is not a job');
  expect(refusal({ inptu: [] })).toContain('Did you mean "input"?');
  expect(refusal({ cluster: { wokers: 3 } })).toContain('Did you mean "workers"?');
  expect(refusal({ cluster: { workers: 0 } })).toContain("whole number from 1");
  expect(refusal({ cluster: { replicas: 5 } })).toContain("at most one replica lies on each node");
  expect(refusal({ cluster: { workers: 1, slotsPerWorker: 1, parallelism: 4 } })).toContain("add workers or slots");
  expect(refusal({ job: job("none", () => {}) })).toContain('the job "none" cannot be built: Job none is empty');
  expect(refusal({ knobs: { heartbeatTimeoutMs: 1 } })).toContain("must be larger");
  expect(refusal({ storm: { kinds: ["net.cutt"] } })).toContain('Did you mean "net.cut"?');
  expect(refusal({ params: { f: () => 1 } })).toContain("not plain JSON");
  for (const name of ["tm", "tm1", "coord", "my-db", "2db"])
    expect(refusal({ services: { [name]: { main: () => {} } } })).toContain("needs another name");
  expect(refusal({ services: { pg2: { main: () => {} } } })).toBe("accepted");
  expect(refusal({ input: 7 })).toContain("names no topic");
  expect(
    refusal({
      plan: (on: { step(role: string, n: number): { kill(role: string): unknown } }) => [on.step("tm0", 3).kill("tm1")],
    }),
  ).toContain("a moment of tm0");
});

test("an operator that is wider than the others counts for the slots, of the cluster and of the cases", () => {
  const wide = job("wide", env => {
    env
      .fromSource(logSource<number>({ topic: "input", bounded: true }), "in")
      .map(number => number)
      .setParallelism(7)
      .sinkTo(logSink({ topic: "out" }));
  });
  expect(refusal({ job: wide })).toContain("3 workers with 2 slots cannot run parallelism 7; add workers or slots");
  const roomy = scenario("roomy", { ...spec, job: wide, cluster: { slotsPerWorker: 3 } });
  expect(roomy.topology.widest).toBe(7);
  for (let index = 0; index < 20; index++) {
    const { topology } = caseAt(roomy, emptyPilot, "a", index);
    // One worker may stay dead.
    expect((topology.workers - 1) * topology.slotsPerWorker).toBeGreaterThanOrEqual(7);
    const gone = { kind: "machine.remove", target: "tm0", when: { atUs: 1 } } as const;
    const tight = { ...topology, workers: 2, slotsPerWorker: 4 };
    expect(isBearable({ topology: tight, plan: [gone] })).toBe(false);
  }
});

test("a mistake in a plan is refused by its path, with what is allowed", () => {
  const kill = { kind: "proc.kill", target: "tm0", when: { atUs: 1 } };
  const planned = (fault: object) => refusal({ job: wordsUnderStorm.job, plan: [kill, { ...kill, ...fault }] });
  expect(planned({})).toBe("accepted");
  expect(planned({ kind: "proc.kil" })).toMatch(
    /: plan\[1\]\.kind: "proc\.kil" is no fault\. Did you mean "proc\.kill"\? Allowed: proc\.kill, .*snapshot\.slow\.$/,
  );
  expect(planned({ when: { atUs: -1 } })).toContain("plan[1].when.atUs: a whole number, 0 or more, is wanted.");
  expect(planned({ forUs: -1 })).toContain("plan[1].forUs: a whole number, 0 or more");
  expect(planned({ params: { hard: 1 } })).toContain("plan[1].params.hard: proc.kill takes no parameter");
  for (const target of ["pg", "tm3"])
    expect(planned({ target })).toContain(
      "plan[1].target: proc.kill wants a role (jm0, tm0..2, dfs0..2, broker, coord)",
    );
  const added = { kind: "machine.add", target: "site", when: { atUs: 1 } };
  expect(refusal({ plan: [added, { ...kill, target: "tm3" }] })).toBe("accepted");
  expect(planned({ kind: "task.fail", target: "nosuch[0]" })).toContain(
    "plan[1].target: task.fail wants a subtask of the job (lines[0..1], words[0..1], count[0..1], sink[0..1])",
  );
  expect(planned({ kind: "task.fail", target: "count[2]" })).toContain('count[0..1], sink[0..1]), not "count[2]"');
  expect(planned({ when: { on: { event: "barrier.align", subtask: "cuont[0]" } } })).toContain(
    "plan[1].when.on.subtask: a subtask of the job",
  );
});
