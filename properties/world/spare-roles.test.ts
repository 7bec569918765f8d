import { expect, test } from "vitest";
import { paymentsUnderStorm } from "../../scenarios/payments.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Fault } from "../../src/world/fault.ts";

/** What falls on those of whom the job has no use has no effect on it: a run with nothing else says nothing. */

const calm = calmCase(paymentsUnderStorm);
// Two of the three workers have room for all of it, and one of the two job managers leads.
const topology = { ...calm.topology, jobManagers: 2, workers: 3, slotsPerWorker: 1, parallelism: 2 };
const second = { on: { event: "checkpoint.complete" }, nth: 2 } as const;

async function playedOn(plan: readonly Fault[]) {
  return new WorldPlayer(paymentsUnderStorm).play({ ...calm, topology, plan }, { record: true });
}

async function spareAndBusy(): Promise<{ readonly spare: readonly string[]; readonly busy: readonly string[] }> {
  const { entries } = await playedOn([]);
  const busy = new Set(
    entries.filter(({ what }) => what === "leader.elect" || what === "task.running").map(({ owner }) => owner),
  );
  const roles = ["jm0", "jm1", "tm0", "tm1", "tm2"];
  return { spare: roles.filter(role => !busy.has(role)), busy: roles.filter(role => busy.has(role)) };
}

test("the death, the standstill or the isolation of a spare role is vacuous, and of another is not", async () => {
  const { spare, busy } = await spareAndBusy();
  expect([spare.length, busy.length]).toEqual([2, 3]);
  for (const target of [...spare, ...busy]) {
    const plans: readonly (readonly Fault[])[] = [
      [{ kind: "proc.kill", target, when: second, forUs: 100_000 }],
      [{ kind: "proc.pause", target, when: second, forUs: 100_000 }],
      [{ kind: "net.cut", target, when: second, forUs: 100_000 }],
      [{ kind: "net.hold", target: `${target}>coord`, when: second, forUs: 4_000_000 }],
    ];
    for (const plan of plans) {
      const run = await playedOn(plan);
      const used = busy.includes(target);
      // Workers have nothing to say to the coordination service before their leader is gone.
      const expected = used && !(plan[0]!.kind === "net.hold" && target.startsWith("tm"));
      expect(run.faults[0], JSON.stringify(plan)).toMatchObject({ fired: true, effective: expected });
      expect(run.verdict.kind).toBe(expected ? "passed" : "vacuous");
    }
  }
});

test("a spare worker that takes over is spare no more", async () => {
  const { spare, busy } = await spareAndBusy();
  const [gone, heir] = [busy.find(role => role.startsWith("tm"))!, spare.find(role => role.startsWith("tm"))!];
  const run = await playedOn([
    { kind: "machine.remove", target: gone, when: second },
    { kind: "proc.pause", target: heir, when: { on: { event: "task.running", role: heir } }, forUs: 50_000 },
  ]);
  expect(run.faults.map(({ effective }) => effective)).toEqual([true, true]);
});

test("what is over before the first record is read has no effect, and what falls on that record has", async () => {
  for (const target of ["broker", "coord"]) {
    const before = await playedOn([{ kind: "proc.kill", target, when: { atUs: 1 }, forUs: 100_000 }]);
    expect(before.faults[0], target).toMatchObject({ fired: true, effective: false });
    expect(before.verdict.kind).toBe("vacuous");
    const first = { on: { event: "source.first-record" } } as const;
    const upon = await playedOn([{ kind: "proc.kill", target, when: first, forUs: 100_000 }]);
    expect(upon.faults[0], target).toMatchObject({ fired: true, effective: true });
    expect(upon.verdict.kind).toBe("passed");
  }
});
