import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";

/** One scenario for each fault of links and of messages, each at the moment where it hurts most. */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(200) } };

export const slowReplica = scenario("slow-replica", {
  ...base,
  why: "One storage node is slow for good: checkpoints take longer or go elsewhere, and none is lost.",
  plan: on => [on.checkpoint(2).triggered().slowLink("dfs0", { byMs: 400 })],
});

export const lateBarriers = scenario("late-barriers", {
  ...base,
  why: "What one worker sends to another is late for a while: one input of an alignment waits for the other's barrier.",
  plan: on => [on.checkpoint(2).triggered().delay("tm0>tm1", { byMs: 300, forMs: 2_500 })],
});

export const clusterInTwo = scenario("cluster-in-two", {
  ...base,
  why: "Two workers are apart for a moment, then leader and worker from the rest of the cluster: no half of it goes on alone.",
  plan: on => [
    on.checkpoint(1).aligned("total[0]").cut("tm0<>tm1", { forMs: 100 }),
    on.checkpoint(2).aligned("total[0]").cut("jm0,tm0<>tm1,coord,dfs0", { forMs: 2_600 }),
  ],
});

export const resetInMidCheckpoint = scenario("reset-in-mid-checkpoint", {
  ...base,
  why: "Connections are reset while barriers and acknowledgements are on them: who had sent cannot know what has arrived.",
  plan: on => [
    on.checkpoint(2).aligned("total[0]").reset("tm0>tm1"),
    on.checkpoint(4).triggered().reset("tm1>jm0"),
    on.checkpoint(5).preCommitted().reset("tm0>broker"),
  ],
});

export const swizzledLeader = scenario("swizzled-leader", {
  ...base,
  why: "The leader's ways clog one by one and come free in another order: whom it hears and who hears it differ for a while.",
  plan: on => [on.checkpoint(2).triggered().swizzle("jm0", { forMs: 4_000, everyMs: 300 })],
});

export const flappingWorker = scenario("flapping-worker", {
  ...base,
  why: "A worker's ways are cut and healed faster than any time-out: everything is late, and nothing is lost or twice.",
  plan: on => [on.checkpoint(2).aligned("total[0]").flap("tm0", { forMs: 3_000, everyMs: 150 })],
});

export const corruptWire = scenario("corrupt-wire", {
  ...base,
  why: "Bits flip on the ways of a worker: a checksum makes a lost connection of it, never a record, an ack or a file.",
  plan: on => [
    on.checkpoint(2).triggered().corrupt("tm0", { forMs: 2_000, segments: 1 }),
    on.checkpoint(4).aligned().corrupt("dfs0", { forMs: 2_000, segments: 2 }),
  ],
});

export const lostAcknowledgement = scenario("lost-acknowledgement", {
  ...base,
  why: "An acknowledgement never reaches the leader: its checkpoint is given up, and its work is committed once, by a later one.",
  knobs: { checkpointTimeoutMs: 800 },
  plan: on => [on.checkpoint(2).triggered().loseRequest("checkpoint.acknowledge", "tm0>jm0", { forMs: 2_000 })],
});

export const ambiguousPointer = scenario("ambiguous-pointer", {
  ...base,
  why: "The pointer is written and the answer is lost: the checkpoint is complete, and its leader must find that out.",
  plan: on => [on.checkpoint(2).metadataWritten().loseReply("coord.compare-and-set", "jm0>coord", { forMs: 2_000 })],
});

export const ambiguousCommit = scenario("ambiguous-commit", {
  ...base,
  why: "The broker has committed and the answer is lost: the commit is asked again, and already-committed is success.",
  plan: on => [
    on.checkpoint(2).completed().loseReply("broker.commit", "broker", { forMs: 2_000, times: 3 }),
    on.checkpoint(4).preCommitted().loseReply("broker.prepare", "broker", { forMs: 2_000 }),
    on.checkpoint(3).completed().loseReply("broker.produce", "broker", { forMs: 2_000, times: 2 }),
  ],
});

export const commitsUnheard = scenario("commits-unheard", {
  ...base,
  why: "No commit of a checkpoint reaches the broker until the next one is complete, and then its sinks die: that one holds what they had still to commit.",
  input: { payments: payments(600) },
  plan: on => [
    on.checkpoint(2).completed().loseRequest("broker.commit", "broker", { forMs: 700, times: 50 }),
    on.checkpoint(3).completed().plus({ ms: 2 }).kill("tm0", { forMs: 300 }),
    on.checkpoint(3).completed().plus({ ms: 2 }).kill("tm1", { forMs: 300 }),
  ],
});

export const lateAcknowledgement = scenario("late-acknowledgement", {
  ...base,
  why: "An acknowledgement arrives after its worker was given up and its checkpoint too: it belongs to nobody any more.",
  plan: on => [
    on.checkpoint(2).triggered().delayRequest("checkpoint.acknowledge", "tm0>jm0", { byMs: 4_000, forMs: 2_000 }),
    on.checkpoint(2).triggered().plus({ ms: 150 }).failTask("total[1]"),
  ],
});

export const deploymentOvertaken = scenario("deployment-overtaken", {
  ...base,
  why: "A deployment is given up and cancelled on another connection, and comes only then: the attempt begins nowhere.",
  knobs: { restartDelayMs: 1_000, heartbeatIntervalMs: 900 },
  plan: on => [
    on.checkpoint(2).completed().delayRequest("task.deploy", "jm0>tm0", { byMs: 2_000, forMs: 3_000 }),
    on.checkpoint(2).completed().failTask("total[0]"),
  ],
});

export const workerChangedMeanwhile = scenario("worker-changed-meanwhile", {
  ...base,
  why: "A worker dies and is back while the number of the next attempt is on its way: the attempt begins with whom there is, and not with whom there was.",
  input: { payments: payments(600) },
  cluster: { workers: 3, slotsPerWorker: 2 },
  plan: on => [
    on.checkpoint(2).completed().failTask("total[0]"),
    on.event("job.restart").delayReply("coord.compare-and-set", "jm0>coord", { byMs: 900, forMs: 3_000, times: 1 }),
    on.event("job.restart").plus({ ms: 350 }).restart("tm0", { afterMs: 5 }),
  ],
});

export const partialUpload = scenario("partial-upload", {
  ...base,
  why: "A file reaches one storage node and not the next: it is not acknowledged before enough nodes have it.",
  plan: on => [on.checkpoint(2).aligned().loseRequest("store.put", "dfs1", { forMs: 1_500, times: 6 })],
});

export const staleListing = scenario("stale-listing", {
  ...base,
  why: "What a storage node lists is old when it arrives: no file that came meanwhile may be taken for a leftover.",
  plan: on => [
    on.checkpoint(2).completed().kill("jm0", { forMs: 300 }),
    on.checkpoint(2).completed().delayReply("store.list", "jm0", { byMs: 700, forMs: 9_000, times: 4 }),
  ],
});
