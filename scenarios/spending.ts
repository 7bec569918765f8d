import { committedOutput, scenario } from "millrace";
import { payments, type Payment } from "./data/payments.ts";
import { MINUTE_MS, spendingByMinute, type Spending } from "./jobs/spending-by-minute.ts";

const eachPaymentOnce = committedOutput({
  topic: "spending",
  sentence: "The sums of an account and a minute add up to its payments in that minute.",
  holds(committed, input) {
    const left = new Map<string, number>();
    const add = (account: string, minute: number, cents: number): void => {
      const name = `${account} in minute ${minute}`;
      left.set(name, (left.get(name) ?? 0) + cents);
    };
    for (const { account, atMs, amountCents } of input["payments"] as readonly Payment[])
      add(account, Math.floor(atMs / MINUTE_MS), amountCents);
    for (const { account, minute, spentCents } of committed as readonly Spending[]) add(account, minute, -spentCents);
    const wrong = [...left].find(([, cents]) => cents !== 0);
    if (wrong === undefined) return undefined;
    const [name, cents] = wrong;
    return cents > 0
      ? `${name}: ${cents} cents were paid and are in no sum`
      : `${name}: ${-cents} cents are in a sum and were not paid, or not twice`;
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
