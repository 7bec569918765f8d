import * as z from "zod";
import type { Case } from "../world/case.ts";
import { faultKinds, type Fault } from "../world/fault.ts";
import { faultMistake } from "../world/faults/fault-mistake.ts";
import { suggestion } from "./nearest-name.ts";

/**
 * The form of a case in a file. It owns what is accepted at the edge; inside, a case is trusted. Numbers are whole, so
 * that no float ever decides anything.
 */
const whole = z.int().min(0, "a whole number, 0 or more, is wanted");
const positive = z.int().min(1, "a whole number, 1 or more, is wanted");

const trigger = z.union(
  [
    z.strictObject({ atUs: whole }),
    z.strictObject({
      on: z.strictObject({
        event: z.string().min(1),
        role: z.exactOptional(z.string()),
        subtask: z.exactOptional(z.string()),
        checkpoint: z.exactOptional(whole),
        attempt: z.exactOptional(whole),
      }),
      nth: z.exactOptional(positive),
      plusUs: z.exactOptional(whole),
    }),
    z.strictObject({ step: positive, life: z.exactOptional(whole) }),
  ],
  {
    error:
      "an instant { atUs }, an event { on: { event }, nth, plusUs } or a call { step, life } is wanted, in whole numbers that are not negative",
  },
);

const fault: z.ZodType<Fault> = z
  .strictObject({
    kind: z.enum(faultKinds, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is no fault. ${suggestion(String(input), faultKinds, faultKinds.length)}`,
    }),
    target: z.string().min(1),
    when: trigger,
    forUs: z.exactOptional(whole),
    params: z.exactOptional(z.record(z.string(), z.union([z.int(), z.string()]))),
  })
  .superRefine((value, context) => {
    const mistake = faultMistake(value);
    if (mistake !== undefined) context.addIssue({ code: "custom", path: [...mistake.path], message: mistake.message });
  });

const topology = z.strictObject({
  jobManagers: positive,
  workers: positive,
  slotsPerWorker: positive,
  storageNodes: positive,
  replicas: positive,
  parallelism: positive,
  partitions: positive,
  placement: z.enum(["spread", "together"]),
  // Cases that were saved before disks had a choice: all were of this kind.
  persistence: z.enum(["prefix", "ordered", "weak"]).default("prefix"),
  broker: z.enum(["durable-prepare", "classic"]).default("durable-prepare"),
});

const knobs = z.strictObject({
  checkpointIntervalMs: positive,
  checkpointTimeoutMs: positive,
  minPauseMs: whole,
  // Cases that were saved before it could be chosen: a storm may spoil several checkpoints in a row.
  tolerableFailures: whole.default(1_000),
  heartbeatIntervalMs: positive,
  heartbeatTimeoutMs: positive,
  restartDelayMs: whole,
  restartsMax: whole,
  rpcTimeoutMs: positive,
  sessionTtlMs: positive,
  transactionTimeoutMs: positive,
  bufferRecordsMax: positive,
  creditsPerChannel: positive,
  recordCostUs: whole,
  linkLatencyUs: whole,
  linkJitterUs: whole,
  diskLatencyUs: whole,
  clockOffsetMsMax: whole,
  stormMs: whole,
});

const topicInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("values"), values: z.array(z.unknown()) }),
  z.strictObject({ kind: z.literal("dataset"), name: z.string().min(1), from: whole, to: whole }),
]);

export const caseSchema: z.ZodType<Case> = z.strictObject({
  schema: z.literal(1),
  scenario: z.string().min(1),
  topology,
  knobs,
  input: z.record(z.string(), topicInput),
  plan: z.array(fault),
  seed: z.string(),
  ties: z.exactOptional(z.literal("fifo")),
});
