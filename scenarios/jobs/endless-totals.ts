import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

export interface EndlessTotal {
  readonly account: string;
  readonly cents: number;
}

/** Totals of accounts from a topic that is read for ever, as most jobs read: there is no end to commit anything. */
export const endlessTotals = job("endless-totals", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Payment>({ topic: "payments" }), "payments")
    .map(({ account, amountCents }): EndlessTotal => ({ account, cents: amountCents }))
    .name("single")
    .keyBy(({ account }) => account)
    .reduce((sum, one) => ({ ...sum, cents: sum.cents + one.cents }))
    .name("total")
    .sinkTo(logSink({ topic: "totals", guarantee: "exactly-once", key: ({ account }) => account }));
});
