import { expect, test } from "vitest";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Fault, FaultKind } from "../../src/world/fault.ts";
import { paymentsUnderStorm } from "../../scenarios/payments.ts";

/** Where redundancy is exhausted the job fails, says what is lost, and has committed nothing wrong; within it, it goes on. */

const player = new WorldPlayer(paymentsUnderStorm);
const calm = calmCase(paymentsUnderStorm);
const onSecond = { on: { event: "checkpoint.complete" }, nth: 2 } as const;
const taskFails: Fault = {
  kind: "task.fail",
  target: "total[0]",
  when: { ...onSecond, plusUs: 20_000 },
  params: { site: "record" },
};

const damage = (kind: FaultKind, nodes: readonly string[]): Fault[] =>
  nodes.map(target => ({
    kind,
    target,
    when: onSecond,
    ...(kind === "disk.wipe" ? { forUs: 10_000 } : { params: { times: 1_000 } }),
  }));

async function play(plan: readonly Fault[]) {
  const run = await player.play({ ...calm, plan }, { record: true });
  const failed = run.entries.find(entry => entry.what === "job.failed");
  return { run, cause: failed === undefined ? undefined : JSON.stringify(failed.detail) };
}

test.each(["disk.rot", "disk.latent", "disk.wipe"] as const)(
  "%s on every node: the job fails and names a file that is lost",
  async kind => {
    const { run, cause } = await play([...damage(kind, ["dfs0", "dfs1", "dfs2"]), taskFails]);
    expect(run.verdict).toEqual({ kind: "passed" });
    expect(cause).toMatch(/chk-\d+\/\S+ is (damaged on every node that has it|not on the storage)/);
  },
);

test.each(["disk.rot", "disk.latent", "disk.wipe"] as const)(
  "%s on one node of three: the job reads the other replicas and finishes",
  async kind => {
    const { run, cause } = await play([...damage(kind, ["dfs1"]), taskFails]);
    expect(run.verdict).toEqual({ kind: "passed" });
    expect(run.recoveries.fromCheckpoint).toBe(1);
    expect(cause).toBeUndefined();
  },
);

test.each(["disk.rot", "disk.latent"] as const)(
  "%s by a pattern of paths spoils one node's replicas on a disk that all nodes share, and no other's",
  async kind => {
    const topology = { ...calm.topology, placement: "together", storageNodes: 2, replicas: 2 } as const;
    const spoiled: Fault = { kind, target: "dfs1", when: onSecond, params: { path: "*chk-2*", times: 200 } };
    const run = await player.play({ ...calm, topology, plan: [spoiled, taskFails] });
    expect(run.verdict).toEqual({ kind: "passed" });
    expect(run.recoveries.fromCheckpoint).toBe(1);
    expect(run.faults.map(({ effective }) => effective)).toEqual([true, true]);
  },
);
