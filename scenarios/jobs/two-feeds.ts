import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

export interface LargePayment {
  readonly account: string;
  readonly cents: number;
}

/** Mutable on purpose: see {@link twoFeeds}. */
export interface Spent {
  account: string;
  amount: number;
  payments: number;
}

/**
 * One source, two exactly-once sinks, and functions that change the objects they are given: what one operator does to a
 * record reaches neither the other branch nor the state of the operator before it.
 */
export const twoFeeds = job("two-feeds", env => {
  env.enableCheckpointing(1000);
  const payments = env.fromSource(logSource<Payment>({ topic: "payments", bounded: true }), "payments");
  payments
    .map((payment): LargePayment => ({ account: payment.account, cents: payment.amountCents }))
    .name("plain")
    .filter(payment => payment.cents >= 2_000)
    .name("large")
    .sinkTo(logSink({ topic: "large", guarantee: "exactly-once", key: payment => payment.account }))
    .name("alerts");
  payments
    .map((payment): Spent => ({ account: payment.account, amount: payment.amountCents, payments: 1 }))
    .name("single")
    .keyBy(spent => spent.account)
    .reduce((sum, one) => {
      sum.amount += one.amount;
      sum.payments += one.payments;
      return sum;
    })
    .name("total")
    .map(spent => {
      spent.amount /= 100;
      return spent;
    })
    .name("euros")
    .sinkTo(logSink({ topic: "spent", guarantee: "exactly-once", key: spent => spent.account }))
    .name("totals");
});
