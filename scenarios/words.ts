import { attempts, scenario } from "millrace";
import { wordCount } from "./jobs/word-count.ts";

const lines = [
  "the mill turns while the water runs",
  "no water runs twice through the same mill",
  "the miller counts each sack once",
  "a sack that falls is carried back and counted once",
];

/** 80 lines, about 600 words: one input record has many outputs, so that a crash can fall in the midst of one. */
export const wordsUnderStorm = scenario("words-under-storm", {
  why: "One line gives many words: a crash in the midst of a line neither loses nor doubles any of them.",
  job: wordCount,
  cluster: { workers: 2, partitions: 2 },
  input: { lines: Array.from({ length: 80 }, (_, index) => `${lines[index % lines.length]!} ${index % 7}`) },
});

export const dearRecords = scenario("dear-records", {
  why: "Records that take long wait in large buffers: a worker answers its leader between them, and is not taken for dead.",
  job: wordCount,
  cluster: { workers: 2, partitions: 2 },
  knobs: { recordCostUs: 60_000, bufferRecordsMax: 64, creditsPerChannel: 4, checkpointTimeoutMs: 20_000 },
  input: { lines: Array.from({ length: 60 }, (_, index) => lines[index % lines.length]!) },
  plan: on => [on.event("source.first-record").plus({ ms: 300 }).failTask("count[1]")],
  claims: [attempts({ most: 2 })],
});

export const lateBeginning = scenario("late-beginning", {
  why: "A request for a new transaction that was made again, and comes late, ends nothing that has been prepared since.",
  job: wordCount,
  cluster: { workers: 2, partitions: 2 },
  knobs: { checkpointTimeoutMs: 10_000 },
  input: { lines: Array.from({ length: 80 }, (_, index) => `${lines[index % lines.length]!} ${index % 7}`) },
  plan: on =>
    [1, 2, 3].map(checkpoint =>
      on
        .checkpoint(checkpoint)
        .acknowledged("count[1]")
        .delayRequest("broker.init-transactions", "broker", { byMs: 1_100, forMs: 3_000, times: 2 }),
    ),
});
