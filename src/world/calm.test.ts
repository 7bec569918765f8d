import { expect, test } from "vitest";
import { RandomStream } from "../kernel/random.ts";
import { diskless } from "../sim/test/diskless.ts";
import { SmallSite } from "../sim/test/small-site.ts";
import { leftDead } from "./calm.ts";
import type { Topology } from "./case.ts";
import { layoutOf } from "./layout.ts";

const small: Topology = {
  jobManagers: 2,
  workers: 3,
  slotsPerWorker: 1,
  storageNodes: 3,
  replicas: 2,
  parallelism: 2,
  partitions: 1,
  placement: "spread",
  persistence: "prefix",
  broker: "durable-prepare",
};
const seeds = Array.from({ length: 50 }, (_, seed) => `${seed}`);

interface StormEnd {
  readonly dead: readonly string[];
  readonly abandoned?: readonly string[];
  readonly damaged?: readonly string[];
  readonly topology?: Partial<Topology>;
}

/** Whom the calm may leave dead of those who are: what each of the seeds does, once. */
function leftBySeeds({ dead, abandoned = [], damaged = [], topology }: StormEnd): readonly string[] {
  const cluster = { ...small, ...topology };
  const layout = layoutOf(cluster);
  const { site } = new SmallSite([]);
  for (const machine of layout.machines) site.addMachine(machine, { disk: diskless });
  for (const { role, machine } of layout.roles) {
    site.place(role, machine);
    if (!dead.includes(role)) site.start(role, () => {});
  }
  const beyondHelp = { abandoned: new Set(abandoned), damaged: new Set(damaged) };
  const needs = { slots: cluster.parallelism, ...cluster };
  const left = seeds.map(seed => leftDead(site, layout, beyondHelp, needs, new RandomStream(seed, "calm")));
  return [...new Set(left.map(roles => [...roles].sort().join(" ")))].sort();
}

test("the calm leaves some of the dead for good, and helps others up, as the seed will have it", () => {
  for (const role of ["tm1", "dfs2", "jm0"]) expect(leftBySeeds({ dead: [role] })).toEqual(["", role]);
});

test("those who are up are not left dead, nor those without whom nothing goes on", () => {
  expect(leftBySeeds({ dead: [] })).toEqual([""]);
  expect(leftBySeeds({ dead: ["coord", "broker"] })).toEqual([""]);
  // Who shares a machine comes back with the others on it.
  expect(leftBySeeds({ dead: ["dfs0"], topology: { placement: "together" } })).toEqual([""]);
});

test("of all that are dead the calm leaves no more than can be borne", () => {
  const workers = ["tm0", "tm1", "tm2"];
  expect(leftBySeeds({ dead: workers })).toEqual(["", ...workers]);
  expect(leftBySeeds({ dead: workers, topology: { parallelism: 3 } })).toEqual([""]);
  expect(leftBySeeds({ dead: workers, topology: { slotsPerWorker: 2 } })).toContain("tm0 tm2");
  const nodes = ["dfs0", "dfs1", "dfs2"];
  expect(leftBySeeds({ dead: nodes })).toEqual(["", ...nodes]);
  expect(leftBySeeds({ dead: nodes, topology: { replicas: 3 } })).toEqual([""]);
  // A put would find its nodes among the others, but what is there may lie on just those that are left dead.
  expect(leftBySeeds({ dead: nodes, topology: { storageNodes: 5 } })).toEqual(["", ...nodes]);
  expect(leftBySeeds({ dead: ["jm0", "jm1"] })).toEqual(["", "jm0", "jm1"]);
  expect(leftBySeeds({ dead: ["jm0"], topology: { jobManagers: 1 } })).toEqual([""]);
});

test("who is gone already, or may have lost what it held, counts among those that can be borne", () => {
  expect(leftBySeeds({ dead: ["dfs1"], damaged: ["dfs0"] })).toEqual([""]);
  expect(leftBySeeds({ dead: ["dfs0", "dfs1"], abandoned: ["dfs0"] })).toEqual([""]);
  expect(leftBySeeds({ dead: ["tm0", "tm1"], abandoned: ["tm0"] })).toEqual([""]);
  const roomy = { storageNodes: 5, replicas: 3 };
  expect(leftBySeeds({ dead: ["dfs0", "dfs1"], abandoned: ["dfs0"], topology: roomy })).toEqual(["", "dfs1"]);
  // What has befallen roles of another kind says nothing of storage.
  expect(leftBySeeds({ dead: ["dfs1"], damaged: ["broker"], abandoned: ["tm0"] })).toEqual(["", "dfs1"]);
});
