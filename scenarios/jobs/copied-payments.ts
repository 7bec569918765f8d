import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

export interface CopyParams {
  readonly guarantee?: "exactly-once" | "at-least-once";
}

/** The payments as they are: nothing but the sink holds a fast source back, and a barrier is behind what the sink does not take. */
export const copiedPayments = job("copied-payments", (env, { guarantee = "exactly-once" }: CopyParams) => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true }), "payments")
    .rebalance()
    .map(({ account, amountCents }) => ({ account, cents: amountCents }))
    .name("single")
    .sinkTo(logSink({ topic: "copies", guarantee, key: copy => copy.account }));
});
