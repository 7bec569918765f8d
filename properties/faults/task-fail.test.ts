import { expect, test } from "vitest";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { compileJob } from "../../src/runtime/graph/compile-job.ts";
import { sitesOf, taskSites } from "../../src/world/faults/task-sites.ts";
import { paymentsUnderStorm } from "../../scenarios/payments.ts";

const player = new WorldPlayer(paymentsUnderStorm);
const calm = calmCase(paymentsUnderStorm);

test("an exception of the author's code fails its task and nothing else", async () => {
  const plan = [
    {
      kind: "task.fail",
      target: "total[0]",
      when: { on: { event: "checkpoint.complete" } },
      params: { site: "record" },
    },
  ] as const;
  const run = await player.play({ ...calm, plan }, { record: true });
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.faults[0]).toMatchObject({ fired: true, effective: true });
  // The name is the operator's and its chain's: whichever of the chain has the next record is struck.
  expect(run.faults[0]!.note).toMatch(/struck (total|sink)\[0\] at record/);
  const processes = run.entries.filter(entry => entry.what.startsWith("process."));
  expect(processes.every(entry => entry.what === "process.started")).toBe(true);
  expect(run.recoveries).toMatchObject({ fromCheckpoint: 1, withState: 1 });
});

test("every site of the author's code that this job has can throw, and the job recovers", async () => {
  const targets = {
    open: "total[1]",
    restore: "sink[0]",
    record: "large[0]",
    snapshot: "sink[0]",
    "snapshot-async": "sink[1]",
    notify: "sink[1]",
    close: "payments[0]",
  };
  const sites = sitesOf(compileJob(paymentsUnderStorm.job, paymentsUnderStorm.params, { parallelism: 2 }));
  for (const [site, target] of Object.entries(targets)) {
    expect(sites.get(target.slice(0, -3)), site).toContain(site);
    const on = site === "open" || site === "restore" || site === "close" ? "task.failed" : "checkpoint.complete";
    const first = { kind: "task.fail", target: "total[0]", when: { on: { event: "checkpoint.complete" } } } as const;
    const failing = { kind: "task.fail", target, when: { on: { event: on } }, params: { site } } as const;
    const run = await player.play({ ...calm, plan: on === "task.failed" ? [first, failing] : [failing] });
    expect(run.verdict, site).toEqual({ kind: "passed" });
    expect(run.faults.at(-1), site).toMatchObject({ effective: true });
  }
  // This job has no timers; the scenario fails-in-a-timer has.
  expect(Object.keys(targets)).toEqual(taskSites.filter(site => site !== "timer"));
});

const failsFirst = { kind: "task.fail", target: "total[0]", when: { on: { event: "checkpoint.complete" } } } as const;

test("a worker whose cancelled subtask does not let go ends itself", async () => {
  const stuck = {
    kind: "task.stuck-cancel",
    target: "sink[1]",
    when: { on: { event: "task.failed" } },
    forUs: 60_000_000,
  } as const;
  const run = await player.play({ ...calm, plan: [failsFirst, stuck] }, { record: true });
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.faults[1]).toMatchObject({ effective: true });
  const ends = run.entries.filter(({ what }) => what === "process.exited");
  expect(ends.map(({ owner }) => owner)).toEqual([expect.stringMatching(/^tm/)]);
  const plain = await player.play({ ...calm, plan: [failsFirst] }, { record: true });
  expect(plain.entries.some(({ what }) => what === "process.exited")).toBe(false);
});

test("a slow snapshot delays its checkpoint and fails nothing", async () => {
  const slow = {
    kind: "snapshot.slow",
    target: "sink[0]",
    when: { on: { event: "checkpoint.complete" } },
    params: { addUs: 700_000 },
  } as const;
  const run = await player.play({ ...calm, plan: [slow] }, { record: true });
  expect(run.verdict).toEqual({ kind: "passed" });
  expect(run.recoveries).toMatchObject({ fromCheckpoint: 0, fromScratch: 0 });
  const took = (checkpoint: number): number => {
    const at = (what: string) =>
      run.entries.find(entry => entry.what === what && entry.detail?.["checkpoint"] === checkpoint)!.atUs;
    return at("checkpoint.complete") - at("checkpoint.trigger");
  };
  expect(took(2)).toBeGreaterThan(700_000);
  expect(took(1)).toBeLessThan(600_000);
});
