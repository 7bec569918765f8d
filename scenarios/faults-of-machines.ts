import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";

/** One scenario for each fault of clocks, processes and machines. */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(200) } };

export const clocksApart = scenario("clocks-apart", {
  ...base,
  why: "Clocks jump, drift and stand still while leases and sessions run: a lease is never longer than its service thinks.",
  input: { payments: payments(400) },
  knobs: { recordCostUs: 10_000 },
  plan: on => [
    on.checkpoint(1).completed().clockJump("jm0", { byMs: -3_600_000, forMs: 3_000 }),
    on.checkpoint(1).completed().clockDrift("jm0", { ppm: -300_000, forMs: 8_000 }),
    on.checkpoint(2).completed().clockDrift("coord", { ppm: 200_000, forMs: 8_000 }),
    on.checkpoint(2).triggered().clockFreeze("jm0", { forMs: 2_000 }),
    on.checkpoint(3).completed().kill("tm0", { forMs: 300 }),
  ],
});

export const straggler = scenario("straggler", {
  ...base,
  why: "A worker works at a hundredth of its speed: its barriers are late, and nobody takes late for lost or done.",
  plan: on => [on.checkpoint(2).triggered().slowDown("tm0", { factor: 100, forMs: 4_000 })],
});

export const restartUnnoticed = scenario("restart-unnoticed", {
  ...base,
  why: "A worker dies and is back before anybody has missed it: what it held is gone, and the leader must know it.",
  plan: on => [on.checkpoint(2).aligned("total[0]").restart("tm0", { afterMs: 5 })],
});

export const killedInEachRecovery = scenario("killed-in-each-recovery", {
  ...base,
  why: "A worker dies again in the midst of each recovery: a restore that did not end leaves nothing that harms the next.",
  plan: on => [on.checkpoint(2).completed().killLoop("tm0", { times: 4, downMs: 50, upMs: 250, forMs: 6_000 })],
});

export const rollingRestart = scenario("rolling-restart", {
  ...base,
  why: "Every role is restarted once, one after the other: an upgrade costs time and no record.",
  plan: on => [on.checkpoint(1).completed().rollingRestart({ downMs: 100, everyMs: 400 })],
});

export const workerReplaced = scenario("worker-replaced", {
  ...base,
  why: "A worker's machine is gone for good and another one joins: the job goes on there, from the last checkpoint.",
  cluster: { workers: 2, slotsPerWorker: 2 },
  plan: on => [
    on.checkpoint(2).completed().removeMachine("tm0"),
    on.checkpoint(2).completed().plus({ ms: 300 }).addMachine(),
  ],
});

export const zombieLeader = scenario("zombie-leader", {
  ...base,
  why: "The leader stands still past its lease with notifications, deletes and a pointer in its hands, and wakes: all are refused.",
  cluster: { jobManagers: 2 },
  // Either may lead: it stands still who has written the metadata.
  plan: on =>
    ["jm0", "jm1"].map(role => on.event("metadata.write", { checkpoint: 2, role }).pause(role, { forMs: 7_000 })),
});

export const stuckSink = scenario("stuck-sink", {
  ...base,
  why: "A sink does not let go of what it holds when its attempt is cancelled: its worker ends itself rather than run two.",
  plan: on => [
    on.checkpoint(2).completed().failTask("payments[0]"),
    on.event("task.failed").stickCancel("sink[1]", { forMs: 30_000 }),
  ],
});

export const slowSnapshot = scenario("slow-snapshot", {
  ...base,
  why: "A snapshot takes longer than its checkpoint may: it is given up, and what it prepared is committed by another or undone.",
  knobs: { checkpointTimeoutMs: 600 },
  plan: on => [on.checkpoint(2).triggered().slowSnapshot("sink[0]", { byMs: 2_000 })],
});

export const failsAtItsWorst = scenario("fails-at-its-worst", {
  ...base,
  why: "A sink has prepared its work and fails before it says so; then it fails in the midst of its restore.",
  plan: on => [
    on.checkpoint(2).triggered().failTask("sink[0]", { site: "snapshot-async" }),
    on.event("task.failed").failTask("sink[1]", { site: "restore" }),
  ],
});
