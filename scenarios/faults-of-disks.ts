import { scenario, type Fault, type PlanWriter } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";
import { largePayments } from "./jobs/large-payments.ts";

/** One scenario for each fault of disks. Files lie on two of three nodes: one node's disk may lie, rot or vanish. */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(200) } };

export const writesFail = scenario("writes-fail", {
  ...base,
  why: "A storage node cannot write its files for a while: puts go to another node, and none is acknowledged twice or too few times.",
  plan: on => [
    on
      .checkpoint(1)
      .completed()
      .disk("dfs0")
      .error({ operation: "write", path: "/dfs0/incoming/*", times: 0, forMs: 2_000 }),
    on.checkpoint(3).completed().kill("tm0", { forMs: 300 }),
  ],
});

export const noSpaceLeft = scenario("no-space-left", {
  ...base,
  why: "The logs of the broker and of the coordination service find no room in the middle of an entry: nothing is answered before it is whole.",
  plan: on => [
    on.checkpoint(2).triggered().disk("broker").full({ freeBytes: 700, forMs: 1_500 }),
    on.checkpoint(3).triggered().disk("coord").full({ freeBytes: 100, forMs: 2_000 }),
    on.event("checkpoint.complete").nth(3).powerLoss("broker", { forMs: 300 }),
  ],
});

export const slowLog = scenario("slow-log", {
  ...base,
  why: "The broker's disk and one node's are slow: prepares, commits and uploads overtake each other, and none is lost or twice.",
  plan: on => [
    on.checkpoint(2).triggered().diskSlow("broker", { byMs: 40, forMs: 3_000 }),
    on.checkpoint(2).completed().diskSlow("dfs1", { byMs: 80, forMs: 3_000 }),
    on.checkpoint(4).completed().kill("tm0", { forMs: 300 }),
  ],
});

export const diskStands = scenario("disk-stands", {
  ...base,
  why: "A disk answers nothing for longer than every call's time-out, and another's calls never come back: who waits must go on.",
  plan: on => [
    on.checkpoint(2).triggered().disk("coord").stall({ forMs: 2_500 }),
    on.checkpoint(3).triggered().disk("dfs1").hang({ calls: 4, forMs: 3_000 }),
  ],
});

export const pagesLostInASync = scenario("pages-lost-in-a-sync", {
  ...base,
  why: "fsync fails and the kernel forgets the pages (fsyncgate): the log writes its entry again before it trusts a later sync.",
  plan: on => [
    on.checkpoint(2).triggered().syncFails("broker", { times: 2 }),
    on.checkpoint(2).triggered().syncFails("coord"),
    on.checkpoint(2).completed().sitePowerLoss({ forMs: 300 }),
  ],
});

export const syncThatLies = scenario("sync-that-lies", {
  ...base,
  why: "One node's drive acknowledges syncs and keeps nothing through a power loss: the other replica of each file is enough.",
  cluster: { persistence: "weak" },
  plan: on => [
    on.checkpoint(1).triggered().disk("dfs1").syncLies({ forMs: 5_000 }),
    on.checkpoint(3).completed().sitePowerLoss({ forMs: 300 }),
  ],
});

/** The third checkpoint is lost where it was kept, and those who knew of it are gone. */
const forgetTheThird: (on: PlanWriter) => readonly Fault[] = on => [
  on.checkpoint(3).triggered().disk("coord").loseWrites({ times: 100 }),
  // Else the files of the one before would be gone by then.
  ...["dfs0", "dfs1", "dfs2"].map(node =>
    on.checkpoint(3).triggered().loseRequest("store.remove", node, { forMs: 2_000, times: 100 }),
  ),
  on.checkpoint(3).committed().plus({ ms: 5 }).sitePowerLoss({ forMs: 300 }),
];

export const newestForgotten = scenario("newest-forgotten", {
  ...base,
  why: "The coordination service loses its newest checkpoint alone, and nobody lives who had seen it; the one before is still there. What was committed for the lost one tells, and nothing is written twice.",
  input: { payments: payments(600) },
  plan: forgetTheThird,
});

export const forgottenBehindIdleness = scenario("forgotten-behind-idleness", {
  why: "The same, where the sink had nothing to write for the checkpoint before: what it has committed since still tells behind which one it was.",
  job: largePayments,
  // Some sixty come to a checkpoint.
  input: { payments: payments(600).map((one, i) => (i > 40 && i < 150 ? { ...one, amountCents: 100 } : one)) },
  plan: forgetTheThird,
});

export const writesThatGoAstray = scenario("writes-that-go-astray", {
  ...base,
  why: "One node acknowledges writes that are lost, or that overwrite other files: checksums tell, and readers take the other replica.",
  plan: on => [
    on.checkpoint(1).completed().disk("dfs0").loseWrites({ times: 4 }),
    on.checkpoint(2).completed().disk("dfs0").misdirect({ times: 6 }),
    on.checkpoint(2).completed().plus({ ms: 60 }).failTask("total[0]"),
  ],
});

export const rottenReplicas = scenario("rotten-replicas", {
  ...base,
  why: "Bits flip on one node and sectors of it cannot be read: no damaged replica is ever returned, and a read repairs it.",
  plan: on => [
    on.checkpoint(2).completed().disk("dfs2").rot({ path: "*chk-2*", times: 40 }),
    on.checkpoint(2).completed().plus({ ms: 20 }).failTask("total[0]"),
    on.event("checkpoint.complete").nth(3).disk("dfs2").latent({ times: 20 }),
    on.event("checkpoint.complete").nth(3).plus({ ms: 5 }).failTask("total[1]"),
  ],
});

export const emptyDisk = scenario("empty-disk", {
  ...base,
  why: "A storage node comes back with an empty disk and a worker with the node's old one: what was acknowledged is on another node.",
  plan: on => [
    on.checkpoint(2).completed().disk("dfs1").wipe({ forMs: 200 }),
    on.checkpoint(2).completed().plus({ ms: 10 }).failTask("total[0]"),
    on.event("checkpoint.complete").nth(3).disk("dfs1").swapWith("tm2", { forMs: 200 }),
  ],
});

export const enoughAgain = scenario("enough-again", {
  ...base,
  why: "A storage node loses its disk, and the checkpoint is needed for most of a minute still: its files lie on enough nodes again.",
  cluster: { storageNodes: 4, replicas: 2 },
  input: { payments: payments(800) },
  knobs: {
    checkpointIntervalMs: 35_000,
    checkpointTimeoutMs: 20_000,
    recordCostUs: 100_000,
    bufferRecordsMax: 2,
    stormMs: 40_000,
  },
  plan: on => [on.checkpoint(1).completed().disk("dfs1").wipe({ forMs: 200 })],
});

export const unsyncedNamesVanish = scenario("unsynced-names-vanish", {
  ...base,
  why: "On the weakest disks a power loss takes any un-synced sector and name: whoever answered first and synced later is found out.",
  cluster: { persistence: "weak" },
  plan: on => [
    on.checkpoint(2).preCommitted("total[0]").sitePowerLoss({ forMs: 300 }),
    on.event("checkpoint.complete").nth(3).sitePowerLoss({ forMs: 300 }),
  ],
});
