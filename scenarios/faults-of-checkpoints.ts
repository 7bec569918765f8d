import { attempts, scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";
import { largePayments } from "./jobs/large-payments.ts";

/** One scenario for each way in which a checkpoint comes to nothing, or into doubt, while the job goes on. */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(200) } };

export const overdueAcknowledgement = scenario("overdue-acknowledgement", {
  ...base,
  input: { payments: payments(700) },
  why: "An acknowledgement arrives when its checkpoint was given up and the next one is being taken: it counts for neither, and its state is removed.",
  knobs: { checkpointTimeoutMs: 500, recordCostUs: 8_000 },
  plan: on => [
    on.checkpoint(2).aligned("total[0]").delayRequest("checkpoint.acknowledge", "tm0>jm0", { byMs: 700, forMs: 2_000 }),
  ],
});

export const triggerAndAbortLost = scenario("trigger-and-abort-lost", {
  ...base,
  why: "One source never hears of a checkpoint, and who waits for its barrier never hears that it was given up: the next barrier tells both.",
  plan: on => [
    on.checkpoint(2).triggered().loseRequest("checkpoint.trigger", "jm0>tm0", { forMs: 1_000 }),
    on.checkpoint(2).triggered().loseRequest("checkpoint.abort", "jm0>tm1", { forMs: 1_000 }),
  ],
});

export const barrierFromThePast = scenario("barrier-from-the-past", {
  ...base,
  why: "A barrier arrives when its checkpoint was given up: it means nothing any more, and is no reason to fail.",
  cluster: { workers: 2, slotsPerWorker: 1, partitions: 2 },
  knobs: { checkpointTimeoutMs: 500, recordCostUs: 20_000 },
  plan: on => [on.checkpoint(2).triggered().hold("tm0>tm1", { forMs: 900 })],
  claims: [attempts({ most: 1 })],
});

export const expiryAfterExpiry = scenario("expiry-after-expiry", {
  ...base,
  why: "No barrier gets from one worker to the other: one checkpoint after the other expires, and behind its limit the job begins anew.",
  cluster: { workers: 2, slotsPerWorker: 1, parallelism: 2, partitions: 2 },
  knobs: { checkpointTimeoutMs: 500, tolerableFailures: 2, recordCostUs: 10_000 },
  plan: on => [on.checkpoint(2).triggered().hold("tm0>tm1", { forMs: 2_500 })],
  claims: [attempts({ least: 2 })],
});

export const pointerInDoubtAtARestart = scenario("pointer-in-doubt-at-a-restart", {
  ...base,
  why: "A subtask fails while the leader does not know whether its newest pointer was written: it finds out before it restores.",
  knobs: { restartDelayMs: 0 },
  plan: on => [
    on.checkpoint(2).metadataWritten().loseReply("coord.compare-and-set", "jm0>coord", { times: 4, forMs: 2_000 }),
    on.checkpoint(2).metadataWritten().failTask("total[0]"),
  ],
});

export const assignmentLost = scenario("assignment-lost", {
  ...base,
  why: "A reader never hears of its split: the attempt fails and begins anew, and no checkpoint takes the split for assigned.",
  plan: on => [
    on.firstRecord().failTask("total[0]"),
    on.firstRecord().loseRequest("source.event", "jm0>tm0", { forMs: 5_000 }),
  ],
});

export const failuresForgiven = scenario("failures-forgiven", {
  ...base,
  why: "Three checkpoints expire, each followed by one that is complete: never are there more in a row than are tolerated, and nothing restarts.",
  cluster: { workers: 2, slotsPerWorker: 1, parallelism: 2, partitions: 2 },
  input: { payments: payments(700) },
  knobs: { checkpointTimeoutMs: 800, tolerableFailures: 1 },
  plan: on => [
    on.checkpoint(2).triggered().hold("tm0>tm1", { forMs: 900 }),
    on.event("checkpoint.complete").nth(3).hold("tm0>tm1", { forMs: 1_000 }),
    on.event("checkpoint.complete").nth(6).hold("tm0>tm1", { forMs: 1_000 }),
  ],
  claims: [attempts({ most: 1 })],
});

export const noFailureOfStorage = scenario("no-failure-of-storage", {
  ...base,
  why: "Triggers are cut off on their way: their checkpoints are given up, and count for nothing where no failure is tolerated.",
  knobs: { tolerableFailures: 0, linkLatencyUs: 5_000, linkJitterUs: 0 },
  plan: on => [
    on.checkpoint(2).triggered().plus({ ms: 3 }).reset("jm0>tm0"),
    on.checkpoint(3).triggered().plus({ ms: 3 }).reset("jm0>tm1"),
    on.checkpoint(4).triggered().plus({ ms: 3 }).reset("jm0>tm0"),
  ],
  claims: [attempts({ most: 1 })],
});

export const restartInItsTime = scenario("restart-in-its-time", {
  ...base,
  why: "Subtasks fail under a strategy that waits for long: no attempt begins before its time, however soon all have let go.",
  input: { payments: payments(700) },
  knobs: { restartDelayMs: 2_000 },
  plan: on => [on.checkpoint(2).completed().failTask("total[0]"), on.checkpoint(4).completed().failTask("sink[1]")],
  claims: [attempts({ least: 2 })],
});

export const lastRestart = scenario("last-restart", {
  ...base,
  why: "The job fails once more than it may restart: then it has failed, and no further attempt begins.",
  input: { payments: payments(700) },
  knobs: { restartsMax: 2, restartDelayMs: 50 },
  plan: on => [1, 2, 3].map(n => on.event("job.running").nth(n).plus({ ms: 200 }).failTask("total[0]")),
});

export const metadataTooLate = scenario("metadata-too-late", {
  ...base,
  why: "Metadata is written when its checkpoint has expired: no pointer ever names it, and its leader removes it.",
  input: { payments: payments(1_500) },
  knobs: { checkpointTimeoutMs: 800, recordCostUs: 9_000, bufferRecordsMax: 4 },
  plan: on => [
    on.checkpoint(2).metadataWritten().delayReply("store.put", "jm0", { byMs: 950, forMs: 2_000, times: 2 }),
  ],
});

export const triggeredWhilePreparing = scenario("triggered-while-preparing", {
  why: "A checkpoint expires while its sink prepares, and the next trigger comes meanwhile: it waits for its turn, and that checkpoint completes.",
  job: largePayments,
  input: { payments: payments(400) },
  knobs: { checkpointTimeoutMs: 500, tolerableFailures: 1 },
  plan: on => [
    on.checkpoint(2).triggered().delayReply("broker.prepare", "broker", { byMs: 800, forMs: 300, times: 10 }),
  ],
  claims: [attempts({ most: 1 })],
});

export const metadataInDoubt = scenario("metadata-in-doubt", {
  ...base,
  why: "The metadata of a checkpoint lies on its nodes, and the leader never hears of it: the checkpoint fails, and what was written is removed at once.",
  input: { payments: payments(700) },
  knobs: { rpcTimeoutMs: 200, checkpointTimeoutMs: 6_000, recordCostUs: 8_000 },
  plan: on =>
    ["dfs0", "dfs1", "dfs2"].map(node =>
      on.checkpoint(2).metadataWritten().loseReply("store.put", `jm0>${node}`, { times: 500, forMs: 2_800 }),
    ),
});

export const storageAwayAtRecovery = scenario("storage-away-at-recovery", {
  why: "The next leader knows its newest checkpoint and cannot read it, for the storage is cut off: it waits, and takes neither an older one nor none.",
  job: balances,
  cluster: { storageNodes: 2, replicas: 2 },
  input: { payments: payments(300) },
  plan: on => [
    on.checkpoint(2).completed().kill("jm0", { forMs: 500 }),
    on.checkpoint(2).completed().cut("dfs0", { forMs: 15_000 }),
    on.checkpoint(2).completed().cut("dfs1", { forMs: 15_000 }),
  ],
});
