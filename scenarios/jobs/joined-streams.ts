import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

/** Totals of accounts from three streams that are joined: the counted operator reads several inputs through one gate. */
export const joinedStreams = job("joined-streams", env => {
  env.enableCheckpointing(1000);
  const payments = env.fromSource(logSource<Payment>({ topic: "payments", bounded: true }), "payments");
  const refunds = env
    .fromSource(logSource<Payment>({ topic: "refunds", bounded: true }), "refunds")
    .map(refund => ({ ...refund, amountCents: -refund.amountCents }))
    .name("negated");
  const fees = payments
    .filter(({ amountCents }) => amountCents >= 2_000)
    .name("large")
    .map(payment => ({ ...payment, amountCents: 100 }))
    .name("fee");
  payments
    .union(refunds, fees)
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("entry")
    .keyBy(entry => entry.account)
    .reduce((sum, one) => ({ account: sum.account, cents: sum.cents + one.cents }))
    .name("balance")
    .sinkTo(logSink({ topic: "balances", guarantee: "exactly-once", key: sum => sum.account }));
});
