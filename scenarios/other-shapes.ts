import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { habits } from "./jobs/habits.ts";
import { sortedPayments } from "./jobs/sorted-payments.ts";

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
