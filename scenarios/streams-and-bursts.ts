import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { copiedPayments } from "./jobs/copied-payments.ts";
import { endlessTotals } from "./jobs/endless-totals.ts";
import { joinedStreams } from "./jobs/joined-streams.ts";

/** Inputs of several streams or without an end, sinks of the weaker kind, and records that come faster than a sink can begin what they belong to. */

export const joinedUnderStorm = scenario("joined-under-storm", {
  why: "Streams of two topics, and one stream by two ways, are joined before a keyed total: each channel of the gate is counted for itself, through every restore.",
  job: joinedStreams,
  input: { payments: payments(120), refunds: payments(60) },
});

export const endlessUnderStorm = scenario("endless-under-storm", {
  why: "The topic is read for ever: what was read is committed all the same, with the checkpoints behind it, once.",
  job: endlessTotals,
  input: { payments: payments(200) },
});

export const copiedAtLeastOnce = scenario("copied-at-least-once", {
  why: "A sink without transactions flushes before it acknowledges: what a checkpoint holds is there, and a restore may write it again.",
  job: copiedPayments,
  params: { guarantee: "at-least-once" },
  input: { payments: payments(200) },
});

/** One subtask writes to one partition, and nothing slows its source down. */
const burst = {
  job: copiedPayments,
  cluster: { workers: 2, parallelism: 1, partitions: 1 },
  knobs: { bufferRecordsMax: 64, creditsPerChannel: 4 },
} as const;

export const fullBeforeItBegins = scenario("full-before-it-begins", {
  ...burst,
  why: "More records wait for their transaction than a sink may hold: they go out when it has begun, although nothing is written any more that could set them off.",
  knobs: { ...burst.knobs, recordCostUs: 0 },
  input: { payments: payments(5_000) },
  plan: on => [on.firstRecord().delayReply("broker.init-transactions", "broker", { byMs: 400, forMs: 1_000 })],
});

export const writtenBehindAPreparedOne = scenario("written-behind-a-prepared-one", {
  ...burst,
  why: "Records of the next epoch come before its transaction has begun: they are sent under the new one, and never under the one that is prepared.",
  knobs: { ...burst.knobs, bufferRecordsMax: 16, recordCostUs: 500 },
  input: { payments: payments(4_000) },
  plan: on => [
    on
      .checkpoint(2)
      .triggered()
      .delayReply("broker.init-transactions", "broker", { byMs: 150, forMs: 60_000, times: 100 }),
  ],
});
