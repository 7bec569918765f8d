import { job, logSink, logSource, watermarks } from "millrace";
import type { Payment } from "../data/payments.ts";

/** What an account has spent so far, after each of its payments. */
export interface Balance {
  readonly account: string;
  readonly spentCents: number;
  readonly payments: number;
}

/**
 * Monitoring of payments: the running total of each account. Every payment shows in exactly one output record, so a loss
 * and a duplicate can never cancel out.
 */
export const balances = job("balances", (env, params: { readonly minCents?: number }) => {
  env.enableCheckpointing(1000);
  env
    .fromSource(
      logSource<Payment>({ topic: "payments", bounded: true }),
      watermarks.boundedOutOfOrderness(2_000, payment => payment.atMs),
      "payments",
    )
    .filter(payment => payment.amountCents >= (params.minCents ?? 0))
    .name("large")
    .map((payment): Balance => ({ account: payment.account, spentCents: payment.amountCents, payments: 1 }))
    .name("single")
    .keyBy(balance => balance.account)
    .reduce((sum, one) => ({
      account: sum.account,
      spentCents: sum.spentCents + one.spentCents,
      payments: sum.payments + one.payments,
    }))
    .name("total")
    .sinkTo(logSink({ topic: "balances", guarantee: "exactly-once", key: balance => balance.account }));
});
