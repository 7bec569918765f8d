import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

/** Payments of twenty and more: in one chain from the source to the sink, which may have nothing to write for a while. */
export const largePayments = job("large-payments", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 10 }), "payments")
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("single")
    .filter(({ cents }) => cents >= 2_000)
    .name("large")
    .sinkTo(logSink({ topic: "large", guarantee: "exactly-once", key: payment => payment.account }));
});
