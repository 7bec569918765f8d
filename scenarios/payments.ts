import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";

export const paymentsUnderStorm = scenario("payments-under-storm", {
  why: "Monitoring of financial transactions: whatever crashes, each payment counts once in its account's running total.",
  job: balances,
  params: { minCents: 500 },
  input: { payments: payments(300) },
});

export const crashBetweenBarrierAndAck = scenario("crash-between-barrier-and-ack", {
  why: "The sink has pre-committed and the coordinator has not heard: the epoch is committed once, after recovery.",
  job: balances,
  input: { payments: payments(300) },
  plan: on => [on.checkpoint(3).preCommitted("total[0]").kill("tm0", { forMs: 500 })],
});

export const leaderDiesBeforeItTells = scenario("leader-dies-before-it-tells", {
  why: "The pointer is written and nobody was notified: the checkpoint is complete all the same, and the next leader commits it.",
  job: balances,
  input: { payments: payments(300) },
  plan: on => [on.checkpoint(2).completed().kill("jm0", { forMs: 1_000 })],
});

export const zombieWorker = scenario("zombie-worker", {
  why: "A worker stands still past its heartbeat time-out and wakes with records, acks and commits in its hands: all are refused.",
  job: balances,
  input: { payments: payments(300) },
  plan: on => [on.checkpoint(2).aligned("total[1]").pause("tm1", { forMs: 6_000 })],
});

export const workerHearsNothing = scenario("worker-hears-nothing", {
  why: "What the leader says no longer reaches a worker, which is otherwise well: it must let go by itself, since the leader will deploy its subtasks elsewhere.",
  job: balances,
  params: { recordsPerFetch: 10 },
  cluster: { workers: 2, parallelism: 1 },
  input: { payments: payments(400) },
  knobs: { recordCostUs: 20_000 },
  plan: on => [on.checkpoint(2).completed().cut("jm0>tm0", { forMs: 9_000 })],
});

export const lateListing = scenario("late-listing", {
  why: "A new leader asks what lies on the storage, and is answered when its own checkpoints lie there too: none of them is a leftover.",
  job: balances,
  params: { recordsPerFetch: 20 },
  input: { payments: payments(200) },
  plan: on => [
    on.checkpoint(2).completed().kill("jm0", { forMs: 300 }),
    on.checkpoint(2).completed().delayRequest("store.list", "jm0", { byMs: 700, forMs: 9_000, times: 4 }),
  ],
});
