import { dataset, scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { airportDelays } from "./jobs/airport-delays.ts";
import { balances } from "./jobs/balances.ts";

/** One scenario for each fault of the services. Those whose redundancy is gone end in an error that names what was lost. */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(200) } };
const files = { job: airportDelays, input: { flights: dataset("flights", { to: 300 }) } };

export const sessionsExpire = scenario("sessions-expire", {
  ...base,
  why: "All sessions end while a checkpoint completes: the leader is none any more, and nothing that it still writes counts.",
  plan: on => [
    on.checkpoint(2).metadataWritten().expireSessions(),
    on.event("checkpoint.trigger").nth(4).expireSessions(),
  ],
});

export const transactionsExpire = scenario("transactions-expire", {
  ...base,
  why: "Transactions are aborted while records go into them: their epoch is not lost but written again.",
  plan: on => [
    on.checkpoint(2).completed().expireTransactions(),
    on.event("checkpoint.complete").nth(3).expireTransactions(),
  ],
});

export const coordinationAway = scenario("coordination-away", {
  ...base,
  why: "The coordination service does not answer for longer than a session lives: work stops, and goes on where it was.",
  plan: on => [on.checkpoint(2).metadataWritten().cut("coord", { forMs: 6_000 })],
});

export const leaderGoneAtTheEnd = scenario("leader-gone-at-the-end", {
  ...base,
  why: "The leader dies when it has written that the job has finished: the next one begins no attempt, and removes what attempts and leader have left.",
  plan: on => [
    on.checkpoint(2).aligned("total[0]").kill("tm0", { forMs: 300 }),
    on.event("job.finished").kill("jm0", { forMs: 300 }),
  ],
});

export const leaderGoneBehindARestart = scenario("leader-gone-behind-a-restart", {
  ...base,
  why: "The leader's machine is gone for good, and the coordination service restarts behind it: a dead leader's session has its time again, and no more.",
  input: { payments: payments(600) },
  cluster: { jobManagers: 2 },
  plan: on => [
    // Either may lead: it is gone who has completed the checkpoint.
    ...["jm0", "jm1"].map(role => on.event("checkpoint.complete", { checkpoint: 2, role }).removeMachine(role)),
    on.checkpoint(2).completed().plus({ ms: 1 }).restart("coord", { afterMs: 5 }),
  ],
});

export const storageErrors = scenario("storage-errors", {
  ...base,
  why: "A storage node refuses one write after the other: others take its place until it obeys again.",
  plan: on => [
    on.checkpoint(2).triggered().diskError("dfs0", { operation: "write", times: 40 }),
    on.checkpoint(2).triggered().diskError("dfs1", { operation: "sync", times: 6 }),
  ],
});

export const inputRetired = scenario("input-retired", {
  ...base,
  why: "The offset that a checkpoint holds is beyond retention: the job fails and says so, and skips no record.",
  knobs: { restartsMax: 3 },
  plan: on => [
    on.checkpoint(2).completed().dropOldRecords({ keep: 1 }),
    on.checkpoint(2).completed().plus({ ms: 20 }).kill("tm0", { forMs: 100 }),
  ],
});

export const inputTruncated = scenario("input-truncated", {
  ...base,
  why: "Records that were read are gone from the log: the job fails and says so, and reads no others in their place.",
  knobs: { restartsMax: 3 },
  plan: on => [on.checkpoint(1).completed().truncateLog({ drop: 80 })],
});

export const classicBroker = scenario("classic-broker", {
  ...base,
  why: "A broker without durable prepare lets a pre-committed transaction time out while the leader is away: a loss that is loud.",
  cluster: { broker: "classic" },
  knobs: { restartsMax: 3, transactionTimeoutMs: 1_000, stormMs: 12_000 },
  plan: on => [on.checkpoint(2).completed().kill("jm0", { forMs: 8_000 })],
});

export const storeErrorStorm = scenario("store-error-storm", {
  ...files,
  why: "Two storage nodes answer half of what they are asked with an error, some of it after it was done: nothing is done twice, nothing is taken for done.",
  plan: on => [
    on.checkpoint(1).completed().store("dfs0").errors({ perMille: 500, forMs: 4_000 }),
    on.checkpoint(2).triggered().store("dfs1").errors({ perMille: 400, forMs: 3_000 }),
    on.checkpoint(2).completed().failTask("delays[0]"),
  ],
});

export const lateReplica = scenario("late-replica", {
  ...base,
  why: "A storage node answers when everybody has given it up, and has done what it was asked all the same: its replicas are no others than those of the rest.",
  plan: on => [
    on.checkpoint(1).completed().store("dfs1").slow({ byMs: 1_500, forMs: 5_000 }),
    on.checkpoint(3).completed().kill("tm0", { forMs: 200 }),
  ],
});

export const listingOfYesterday = scenario("listing-of-yesterday", {
  ...files,
  why: "A sink that restores asks what lies on the store, and every listing lacks some of what came of late: a file whose marker nobody lists is committed all the same, and not swept.",
  plan: on => [
    on.firstRecord().store("dfs0").staleList({ byMs: 60_000, forMs: 20_000 }),
    on.firstRecord().store("dfs1").staleList({ byMs: 60_000, forMs: 20_000 }),
    on.firstRecord().store("dfs2").staleList({ byMs: 60_000, forMs: 20_000 }),
    on.checkpoint(2).committed().plus({ ms: 10 }).kill("tm0", { forMs: 100 }),
    on.event("checkpoint.complete").nth(3).plus({ ms: 10 }).failTask("delays[0]"),
  ],
});

export const uploadsThatBreakOff = scenario("uploads-that-break-off", {
  ...files,
  why: "Uploads break off in their middle, on one node after the other: half a file is never met, and is there no more at the end.",
  plan: on => [
    on.checkpoint(1).triggered().store("dfs0").partialUpload({ times: 6, forMs: 4_000 }),
    on.checkpoint(2).triggered().store("dfs1").partialUpload({ times: 6, forMs: 4_000 }),
    on.checkpoint(2).completed().kill("dfs0", { forMs: 200 }),
    on.checkpoint(2).completed().kill("tm0", { forMs: 200 }),
  ],
});

export const uploadFromThePast = scenario("upload-from-the-past", {
  ...base,
  why: "An upload was given up and went elsewhere, and arrives when its file has been removed from every node: it raises nothing from the dead.",
  input: { payments: payments(400) },
  knobs: { recordCostUs: 10_000, rpcTimeoutMs: 300 },
  plan: on => [
    on.checkpoint(2).triggered().delayRequest("store.put", "dfs0", { byMs: 2_600, forMs: 3_000, times: 20 }),
    on.checkpoint(2).triggered().delayRequest("store.put", "dfs1", { byMs: 2_600, forMs: 3_000, times: 20 }),
  ],
});

export const removalBehindACut = scenario("removal-behind-a-cut", {
  ...base,
  why: "Files are removed while one of their nodes is cut off, and whoever removed them dies: those nodes that know tell the other as soon as it can be reached.",
  input: { payments: payments(400) },
  knobs: { recordCostUs: 10_000, rpcTimeoutMs: 300 },
  plan: on => [
    on.checkpoint(2).completed().cut("dfs1", { forMs: 2_500 }),
    on.event("checkpoint.complete").nth(3).plus({ ms: 50 }).kill("jm0", { forMs: 100 }),
  ],
});

export const batchOfTheDead = scenario("batch-of-the-dead", {
  ...base,
  why: "A worker has died, and what it last sent to the broker arrives when the next attempt has swept: it begins no transaction that nobody would end.",
  input: { payments: payments(400) },
  knobs: { recordCostUs: 10_000 },
  plan: on => [
    on.checkpoint(2).aligned("total[1]").delayRequest("broker.produce", "tm1>broker", { byMs: 1_500, forMs: 2_000 }),
    on.checkpoint(2).preCommitted("total[1]").plus({ ms: 20 }).kill("tm1", { forMs: 100 }),
  ],
});

export const voteOfTheDead = scenario("vote-of-the-dead", {
  ...base,
  why: "All sessions end while a candidate's request is on its way, and then the candidate is gone for good: it has won nothing that nobody would take from it again.",
  input: { payments: payments(400) },
  cluster: { jobManagers: 2 },
  knobs: { sessionTtlMs: 2_000, recordCostUs: 10_000 },
  plan: on => [
    on
      .checkpoint(2)
      .completed()
      .delayRequest("coord.compare-and-set", "jm1>coord", { byMs: 520, forMs: 520, times: 1 }),
    on.checkpoint(2).completed().plus({ ms: 510 }).expireSessions(),
    on.checkpoint(2).completed().plus({ ms: 1_500 }).removeMachine("jm1"),
  ],
});
