import { job, logSink, logSource } from "millrace";
import type { Payment } from "../data/payments.ts";

export interface Habit {
  readonly account: string;
  readonly merchant: string;
  readonly payments: number;
  readonly cents: number;
}

/** What each account has spent at each merchant: a key of two parts, equal to another by its parts. */
export const habits = job("habits", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 20 }), "payments")
    .map(({ account, merchant, amountCents }): Habit => ({ account, merchant, payments: 1, cents: amountCents }))
    .name("single")
    .keyBy(habit => [habit.account, habit.merchant] as const)
    .reduce((sum, one) => ({ ...sum, payments: sum.payments + one.payments, cents: sum.cents + one.cents }))
    .name("habit")
    .sinkTo(logSink({ topic: "habits", guarantee: "exactly-once", key: habit => habit.account }));
});
