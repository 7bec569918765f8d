import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

/** The payments as they are: source and sink in one chain, so that nothing but the sink holds a fast source back. */
export const copiedPayments = job("copied-payments", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true }), "payments")
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("single")
    .sinkTo(logSink({ topic: "copies", guarantee: "exactly-once", key: copy => copy.account }));
});
