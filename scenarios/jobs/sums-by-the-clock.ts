import { job, logSink, logSource, type KeyedProcessFunction, type ValueState } from "millrace";
import type { Payment } from "../data/payments.ts";

export interface ClockSum {
  readonly account: string;
  readonly cents: number;
}

/** A payment at this merchant is none: it only keeps the input going while the last timers come due. */
export const TICK = "tick";
const WAIT_MS = 200;

interface SumsParams {
  /** The sink is in a chain of its own. */
  readonly apart?: boolean;
}

/** Sums an account's payments until 200 ms by the wall clock after the first of them, and begins anew. */
export const sumsByTheClock = job("sums-by-the-clock", (env, { apart = false }: SumsParams) => {
  env.enableCheckpointing(1000);
  const sums = env
    .fromSource(logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 20 }), "payments")
    .keyBy(payment => payment.account)
    .process(sumsOfAWhile())
    .name("sums");
  (apart ? sums.rebalance() : sums).sinkTo(
    logSink({ topic: "sums", guarantee: "exactly-once", key: sum => sum.account }),
  );
});

function sumsOfAWhile(): KeyedProcessFunction<string, Payment, ClockSum> {
  let sum: ValueState<number>;
  let now: () => number;
  return {
    open(context) {
      sum = context.valueState("sum");
      now = () => context.now();
    },
    process({ amountCents, merchant }, context) {
      if (merchant === TICK) return;
      const cents = sum.value();
      if (cents === undefined) context.registerProcessingTimer(Math.floor(now()) + WAIT_MS);
      sum.update((cents ?? 0) + amountCents);
    },
    onTimer(_timer, context, out) {
      const cents = sum.value();
      if (cents !== undefined) out.collect({ account: context.key, cents });
      sum.clear();
    },
  };
}
