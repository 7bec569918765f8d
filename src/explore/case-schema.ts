import * as z from "zod";
import type { Case } from "../world/case.ts";
import { faultKinds, type Fault, type Trigger } from "../world/fault.ts";
import { faultMistake } from "../world/faults/fault-mistake.ts";
import { allowedNames } from "./nearest-name.ts";
import { anyText, closed, oneOf, text, wholeFrom } from "./schema-words.ts";

/**
 * The form of a case in a file, and of a plan wherever it is written. It owns what is accepted at the edge, and the words
 * for what is not; inside, a case is trusted. Numbers are whole, so that no float ever decides anything.
 */
const targetsInWords =
  'a role such as "tm0", an ordered pair such as "jm0>tm1", a subtask such as "count[0]", or "site", by the kind';
const whole = wholeFrom(0);
const positive = wholeFrom(1);
/** Of a cluster: more than one thread can play, and fewer than a memory can hold. */
const several = wholeFrom(1, 1_000);

const on = closed({
  event: text,
  role: z.exactOptional(text),
  subtask: z.exactOptional(text),
  checkpoint: z.exactOptional(whole),
  attempt: z.exactOptional(whole),
});

const moments = {
  atUs: closed({ atUs: whole }),
  on: closed({ on, nth: z.exactOptional(positive), plusUs: z.exactOptional(whole) }),
  step: closed({ step: positive, life: z.exactOptional(whole) }),
};

/** By the word that says which of the three it is: a mistake in one has its own place, and is not that of all three. */
const trigger = z.unknown().superRefine((value, context) => {
  const named = (Object.keys(moments) as (keyof typeof moments)[]).filter(
    word => typeof value === "object" && value !== null && word in value,
  );
  const [word] = named;
  if (word === undefined || named.length > 1) {
    const message =
      "an instant { atUs }, an event { on: { event }, nth, plusUs } or a call { step, life } is wanted, in whole numbers that are not negative";
    context.addIssue({ code: "custom", message, continue: false });
    return;
  }
  for (const { path, message } of moments[word].safeParse(value).error?.issues ?? [])
    context.addIssue({ code: "custom", path, message, continue: false });
}) as z.ZodType<Trigger>;

const target = z
  .string({ error: `a target is wanted: ${targetsInWords}` })
  .min(1, `a target is wanted: ${targetsInWords}`);

const fault: z.ZodType<Fault> = closed({
  kind: z.enum(faultKinds, {
    error: ({ input }) =>
      input === undefined
        ? `a fault is wanted. Allowed: ${faultKinds.join(", ")}.`
        : `${JSON.stringify(input)} is no fault. ${allowedNames(String(input), faultKinds)}`,
  }),
  target,
  when: trigger,
  forUs: z.exactOptional(whole),
  params: z.exactOptional(
    z.record(z.string(), z.union([z.int(), z.string()], { error: "a whole number or a word is wanted" }), {
      error: "an object with the parameters of the fault is wanted",
    }),
  ),
}).superRefine((value, context) => {
  const mistake = faultMistake(value);
  if (mistake !== undefined) context.addIssue({ code: "custom", path: [...mistake.path], message: mistake.message });
});

export const planSchema: z.ZodType<readonly Fault[]> = z.array(fault, { error: "a list of faults is wanted" });

const topology = closed({
  jobManagers: several,
  workers: several,
  slotsPerWorker: several,
  storageNodes: several,
  replicas: several,
  parallelism: several,
  widest: z.exactOptional(several),
  partitions: several,
  placement: oneOf("spread", "together"),
  // Cases that were saved before disks had a choice: all were of this kind.
  persistence: oneOf("prefix", "ordered", "weak").default("prefix"),
  broker: oneOf("durable-prepare", "classic").default("durable-prepare"),
});

const knobs = closed({
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

const topicInput = z.discriminatedUnion(
  "kind",
  [
    closed({ kind: z.literal("values"), values: z.array(z.unknown(), { error: "a list of records is wanted" }) }),
    closed({ kind: z.literal("dataset"), name: text, from: whole, to: whole }),
  ],
  { error: 'records { kind: "values", values } or a slice { kind: "dataset", name, from, to } are wanted' },
);

export const caseSchema: z.ZodType<Case> = closed({
  schema: z.literal(1, { error: "this version of Millrace reads cases of schema 1" }),
  scenario: text,
  topology,
  knobs,
  input: z.record(z.string(), topicInput, { error: "an object with the records of each topic is wanted" }),
  plan: planSchema,
  seed: anyText,
  ties: z.exactOptional(z.literal("fifo", { error: '"fifo" is wanted, or nothing' })),
});
