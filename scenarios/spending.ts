import { committedOutput, scenario } from "millrace";
import { unbalanced } from "./claims.ts";
import { payments, type Payment } from "./data/payments.ts";
import { MINUTE_MS, spendingByMinute, type Spending } from "./jobs/spending-by-minute.ts";

const eachPaymentOnce = committedOutput({
  topic: "spending",
  sentence: "The sums of an account and a minute add up to its payments in that minute.",
  holds(committed, input) {
    const inMinute = (account: string, minute: number): string => `${account} in minute ${minute}`;
    return unbalanced(
      (input["payments"] as readonly Payment[]).map(({ account, atMs, amountCents }) => [
        inMinute(account, Math.floor(atMs / MINUTE_MS)),
        amountCents,
      ]),
      (committed as readonly Spending[]).map(({ account, minute, spentCents }) => [
        inMinute(account, minute),
        spentCents,
      ]),
    );
  },
});

export const spendingUnderStorm = scenario("spending-under-storm", {
  why: "Windows from state and timers: what waits for its timer when a worker dies goes out once, after the restore.",
  job: spendingByMinute,
  input: { payments: payments(200) },
  claims: [eachPaymentOnce],
});

export const failsInATimer = scenario("fails-in-a-timer", {
  why: "A timer fires, its function throws when it has written its result: the timer fires again, and the first result counts for nothing.",
  job: spendingByMinute,
  input: { payments: payments(200) },
  plan: on => [
    on.checkpoint(2).completed().failTask("minutes[0]", { site: "timer" }),
    on.event("checkpoint.complete").nth(3).failTask("minutes[1]", { site: "timer" }),
  ],
  claims: [eachPaymentOnce],
});
