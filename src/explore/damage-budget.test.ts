import { expect, test } from "vitest";
import type { Topology } from "../world/case.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { DamageBudget, isBearable } from "./damage-budget.ts";
import { defaultTopology } from "./defaults.ts";
import { Dice, randomOf } from "./dice.ts";

/** Three storage nodes with two copies of each file, three workers with two slots, one job manager; two slots are needed. */
const cluster: Topology = { ...defaultTopology, storageNodes: 3, replicas: 2, workers: 3, slotsPerWorker: 2 };

function damage(kind: FaultKind, target: string, params?: Fault["params"]): Fault {
  return { kind, target, when: { atUs: 1 }, ...(params === undefined ? {} : { params }) };
}

const rot = (target: string) => damage("disk.rot", target);
const removal = (target: string) => damage("machine.remove", target);

const losses: readonly (readonly [
  what: string,
  bearable: boolean,
  plan: readonly Fault[],
  topology?: Partial<Topology>,
])[] = [
  ["nothing", true, [], { replicas: 1 }],
  ["nothing for good", true, [damage("disk.error", "broker"), damage("proc.kill", "dfs0")]],
  ["one copy of two", true, [rot("dfs0")]],
  ["the same copy twice", true, [rot("dfs0"), damage("disk.wipe", "dfs0")]],
  ["the same copy by another number", true, [rot("dfs0"), rot("dfs3")]],
  ["both copies of two", false, [rot("dfs0"), rot("dfs1")]],
  ["two copies of three", true, [rot("dfs0"), rot("dfs1")], { replicas: 3 }],
  ["all copies of three", false, [rot("dfs0"), rot("dfs1"), rot("dfs2")], { replicas: 3 }],
  ["the only copy", false, [rot("dfs0")], { replicas: 1 }],
  ["the disk of a service with one copy", false, [rot("broker")]],
  ["a storage node's files on a shared disk", true, [rot("dfs0")], { placement: "together" }],
  ["a disk that is shared", false, [damage("disk.wipe", "dfs0")], { placement: "together" }],
  ["a disk for a worker's", true, [damage("disk.swap", "dfs0", { with: "tm1" })]],
  ["a disk for another storage node's", false, [damage("disk.swap", "dfs0", { with: "dfs1" })]],
  ["a storage node where the others have room for each copy", true, [removal("dfs0")]],
  ["a storage node where they have none", false, [removal("dfs0")], { storageNodes: 2 }],
  ["workers as long as there are slots", true, [removal("tm0"), removal("tm1")]],
  ["workers until there are too few slots", false, [removal("tm0"), removal("tm1")], { parallelism: 3 }],
  ["a job manager that another one stands in for", true, [removal("jm0")], { jobManagers: 2 }],
  ["the only job manager", false, [removal("jm0")]],
];

for (const [what, bearable, plan, topology] of losses) {
  test(`what takes away ${what} ${bearable ? "can" : "cannot"} be borne`, () => {
    expect(isBearable({ plan, topology: { ...cluster, ...topology } })).toBe(bearable);
  });
}

test("whatever is drawn within the budget can be borne; beyond it, not everything", () => {
  const kinds: readonly FaultKind[] = ["disk.rot", "disk.wipe", "disk.sync-lies"];
  const drawn = (seed: string, beyond: boolean): boolean => {
    const dice = new Dice(randomOf(seed, "storm", 0));
    const topology = { ...cluster, jobManagers: 2 };
    const budget = new DamageBudget(dice, topology, beyond);
    const plan = Array.from({ length: 12 }, (_, i) => {
      const kind = kinds[i % kinds.length]!;
      return damage(kind, budget.victim(dice, kind)!);
    });
    return isBearable({ plan: [...plan, removal(budget.removable)], topology });
  };
  const seeds = Array.from({ length: 40 }, (_, i) => `budget ${i}`);
  expect(seeds.filter(seed => !drawn(seed, false))).toEqual([]);
  expect(seeds.filter(seed => drawn(seed, true))).toEqual([]);
});
