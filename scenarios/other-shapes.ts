import { committedOutput, scenario } from "millrace";
import { unbalanced } from "./claims.ts";
import { payments, type Payment } from "./data/payments.ts";
import { habits } from "./jobs/habits.ts";
import { copyOnDemand, readOnDemand } from "./jobs/read-on-demand.ts";
import { sortedPayments } from "./jobs/sorted-payments.ts";
import { sumsByTheClock, TICK, type ClockSum } from "./jobs/sums-by-the-clock.ts";

/** Jobs of other shapes than those under storm: what only they can get wrong. */
const input = { payments: payments(600) };

export const keysOfTwoParts = scenario("keys-of-two-parts", {
  why: "A key that is a list finds its state again after a restore: it is equal by its parts, not by being the same list.",
  job: habits,
  input,
  plan: on => [on.checkpoint(2).completed().failTask("habit[0]")],
});

export const twoSinksInAChain = scenario("two-sinks-in-a-chain", {
  why: "Two sinks of one subtask prepare for the same checkpoint, and the broker answers one of them late: the snapshot waits for both.",
  job: sortedPayments,
  input,
  plan: on => [
    on.checkpoint(2).triggered().delayReply("broker.prepare", "broker", { byMs: 600, forMs: 500, times: 1 }),
    on.checkpoint(2).completed().kill("tm0", { forMs: 200 }),
    on.checkpoint(2).completed().kill("tm1", { forMs: 200 }),
  ],
});

const TICKS = 300;

/** Which payments go into one sum hangs on the clock, so that no reference foretells it; what they add up to does not. */
const everyCentOnce = committedOutput({
  topic: "sums",
  sentence: "The sums of an account add up to its payments.",
  holds(committed, input) {
    const read = input["payments"] as readonly Payment[];
    const paid = read.filter(({ merchant }) => merchant !== TICK);
    // Timers that are not due when the input ends do not fire: without the ticks behind the payments nothing is owed.
    if (read.length - paid.length < TICKS) return undefined;
    return unbalanced(
      paid.map(({ account, amountCents }) => [account, amountCents]),
      (committed as readonly ClockSum[]).map(({ account, cents }) => [account, cents]),
    );
  },
});

export const timersByTheClock = scenario("timers-by-the-clock", {
  why: "Timers by the wall clock come due while a sink prepares, and are set when a task fails: each fires, late or after the restore, and none is lost.",
  job: sumsByTheClock,
  input: {
    payments: payments(300 + TICKS).map((payment, i) => (i < 300 ? payment : { ...payment, merchant: TICK })),
  },
  claims: [everyCentOnce],
  plan: on => [
    on.checkpoint(2).triggered().delayReply("broker.prepare", "broker", { byMs: 300, forMs: 60_000, times: 200 }),
    on.event("checkpoint.complete").nth(3).plus({ ms: 15 }).failTask("sums[0]"),
  ],
});

/** Many small splits, and one reader to each worker: there is always a question on its way. */
const onDemand = { input, cluster: { workers: 2, slotsPerWorker: 1, partitions: 24 } };

export const splitsOnDemand = scenario("splits-on-demand", {
  why: "A reader asks for its next split while a checkpoint waits for another's to arrive: the split is in the enumerator's state or in the reader's, and not in both or in neither.",
  ...onDemand,
  job: readOnDemand,
  plan: on => [
    on.firstRecord().delayReply("source.event", "tm0", { byMs: 120, forMs: 60_000, times: 200 }),
    ...[2, 4, 6].map(nth => on.event("checkpoint.complete").nth(nth).plus({ ms: 1 }).failTask("total[0]")),
  ],
});

export const heldThroughAnAbort = scenario("held-through-an-abort", {
  ...onDemand,
  why: "A checkpoint expires while an assignment is on its way, and what was assigned behind it is held back: it goes out at once, and not behind the next checkpoint, which would hold it nowhere.",
  job: readOnDemand,
  knobs: { checkpointTimeoutMs: 300, rpcTimeoutMs: 2_000, bufferRecordsMax: 1, creditsPerChannel: 1 },
  plan: on => [
    on.checkpoint(1).completed().delayReply("source.event", "tm0", { byMs: 500, forMs: 1_500, times: 200 }),
    on.event("checkpoint.complete").nth(2).plus({ ms: 5 }).failTask("total[0]"),
  ],
});

export const askedInVain = scenario("asked-in-vain", {
  why: "A reader's question for its next split is lost on its way, twice: it is asked again, and the job comes to its end.",
  ...onDemand,
  job: readOnDemand,
  plan: on => [
    on.checkpoint(2).completed().loseRequest("source.event", "tm0>jm0", { forMs: 5_000, times: 2 }),
    on.checkpoint(2).completed().loseRequest("source.event", "tm1>jm0", { forMs: 5_000, times: 2 }),
  ],
});

export const assignedWhilePreparing = scenario("assigned-while-preparing", {
  why: "A split is assigned behind a checkpoint's trigger, while the sink in the source's chain still prepares: it is in the next checkpoint, and not in this one.",
  ...onDemand,
  job: copyOnDemand,
  plan: on => [
    ...[2, 3, 4, 5, 6, 7].map(n =>
      on.checkpoint(n).triggered().delayReply("broker.prepare", "broker", { byMs: 400, forMs: 300, times: 2 }),
    ),
    on.checkpoint(1).completed().delayRequest("source.event", "tm0>jm0", { byMs: 60, forMs: 10_000, times: 100 }),
    ...[3, 5].map(nth => on.event("checkpoint.complete").nth(nth).plus({ ms: 3 }).failTask("payments[0]")),
  ],
});

export const timersBehindTheEnd = scenario("timers-behind-the-end", {
  why: "Timers by the clock come due when the input has ended and the last checkpoint is still to be completed: nothing follows what was told to be the last.",
  job: sumsByTheClock,
  params: { apart: true },
  input: { payments: payments(300) },
  plan: on => [
    on.checkpoint(2).triggered().delayReply("broker.prepare", "broker", { byMs: 300, forMs: 60_000, times: 200 }),
  ],
});
