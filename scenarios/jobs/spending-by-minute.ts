import { job, logSink, logSource, watermarks, type KeyedProcessFunction, type ValueState } from "millrace";
import type { Payment } from "../data/payments.ts";

/** What an account has spent in one minute of event time, or in the part of it that was known when the minute was over. */
export interface Spending {
  readonly account: string;
  readonly minute: number;
  readonly spentCents: number;
}

/**
 * Windows by hand, from state and event timers: a minute's sum goes out when the watermark passes its end. A payment that
 * is later still goes out by itself, so that the sums of a minute add up whatever the order in which partitions were read.
 */
export const spendingByMinute = job("spending-by-minute", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(
      logSource<Payment>({ topic: "payments", bounded: true, recordsPerFetch: 20 }),
      watermarks.boundedOutOfOrderness(2_000, payment => payment.atMs),
      "payments",
    )
    .keyBy(payment => payment.account)
    .process(byMinute())
    .name("minutes")
    .sinkTo(logSink({ topic: "spending", key: spending => spending.account }));
});

export const MINUTE_MS = 60_000;

function byMinute(): KeyedProcessFunction<string, Payment, Spending> {
  let open: ValueState<Readonly<Record<string, number>>>;
  return {
    open(context) {
      open = context.valueState("open");
    },
    process({ atMs, amountCents }, context) {
      const minute = Math.floor(atMs / MINUTE_MS);
      const sums = open.value() ?? {};
      open.update({ ...sums, [minute]: (sums[minute] ?? 0) + amountCents });
      context.registerEventTimer((minute + 1) * MINUTE_MS);
    },
    onTimer({ atMs }, context, out) {
      const minute = atMs / MINUTE_MS - 1;
      const { [minute]: spentCents, ...others } = open.value() ?? {};
      if (spentCents === undefined) return;
      out.collect({ account: context.key, minute, spentCents });
      open.update(others);
    },
  };
}
