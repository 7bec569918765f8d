import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

/** Large payments go to one topic and small ones to another: two exactly-once sinks in one chain with their source. */
export const sortedPayments = job("sorted-payments", env => {
  env.enableCheckpointing(1000);
  const payments = env.fromSource(
    logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 20 }),
    "payments",
  );
  payments
    .filter(payment => payment.amountCents >= 2_000)
    .name("large")
    .sinkTo(logSink({ topic: "large", guarantee: "exactly-once", key: payment => payment.account }))
    .name("to-large");
  payments
    .filter(payment => payment.amountCents < 2_000)
    .name("small")
    .sinkTo(logSink({ topic: "small", guarantee: "exactly-once", key: payment => payment.account }))
    .name("to-small");
});
