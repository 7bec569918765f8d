import { expect, test } from "vitest";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { taskSites } from "../../src/world/faults/task-faults.ts";
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
  expect(run.faults[0]!.note).toContain("total[0] threw at record");
  const processes = run.entries.filter(entry => entry.what.startsWith("process."));
  expect(processes.every(entry => entry.what === "process.started")).toBe(true);
  expect(run.recoveries).toMatchObject({ fromCheckpoint: 1, withState: 1 });
});

test("every site of the author's code that this job has can throw, and the job recovers", async () => {
  const targets = {
    open: "total[1]",
    record: "large[0]",
    snapshot: "sink[0]",
    notify: "sink[1]",
    close: "payments[0]",
  };
  for (const [site, target] of Object.entries(targets)) {
    const on = site === "open" || site === "close" ? "task.failed" : "checkpoint.complete";
    const first = { kind: "task.fail", target: "total[0]", when: { on: { event: "checkpoint.complete" } } } as const;
    const failing = { kind: "task.fail", target, when: { on: { event: on } }, params: { site } } as const;
    const run = await player.play({ ...calm, plan: on === "task.failed" ? [first, failing] : [failing] });
    expect(run.verdict, site).toEqual({ kind: "passed" });
    expect(run.faults.at(-1), site).toMatchObject({ effective: true });
  }
  expect(Object.keys(targets)).toEqual(taskSites.filter(site => site !== "timer"));
});
