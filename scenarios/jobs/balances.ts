import { job, logSink, logSource, watermarks } from "millrace";
import type { Payment } from "../data/payments.ts";

/** What an account has spent so far, after each of its payments. */
export interface Balance {
  readonly account: string;
  readonly spentCents: number;
  readonly payments: number;
}

export interface BalancesParams extends Readonly<Record<string, unknown>> {
  /** Smaller payments do not count. */
  readonly minCents?: number;
  /** Few: a reader shows in many small requests that it goes on. */
  readonly recordsPerFetch?: number;
}

/**
 * Monitoring of payments: the running total of each account. Every payment shows in exactly one output record, so a loss
 * and a duplicate can never cancel out.
 */
export const balances = job("balances", (env, params: BalancesParams) => {
  env.enableCheckpointing(1000);
  env
    .fromSource(
      logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: params.recordsPerFetch ?? 100 }),
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
