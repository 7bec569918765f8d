import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playProofs, type PlayOptions } from "./play-proofs.ts";
import { hold, type Proof } from "./proof.ts";
import { readRecord, writeRecord, type ProofRecord } from "./proof-record.ts";

const empty: ProofRecord = { kind: "millrace-proofs", version: "0.1.0", build: "a", node: "v20", proofs: {} };

function proof(id: string, holds: () => boolean, secondsAbout = 1): Proof {
  const run = () => Promise.resolve(hold({ "the sky is blue": holds() }, { looks: 1 }));
  return { id, issue: 0, what: "It is so.", secondsAbout, run };
}

function play(proofs: readonly Proof[], more: Partial<PlayOptions> = {}) {
  let kept = more.record ?? empty;
  const keep = (record: ProofRecord) => void (kept = record);
  const counts = playProofs(proofs, {
    record: kept,
    again: false,
    secondsLeft: () => Infinity,
    say: () => {},
    keep,
    ...more,
  });
  return counts.then(found => ({ counts: found, kept }));
}

test("what is proved is not played again, what failed is", async () => {
  const seen: string[] = [];
  const proofs = [proof("sure", () => seen.push("sure") > 0), proof("second-time", () => seen.push("second-time") > 2)];
  const first = await play(proofs);
  expect(first.counts).toEqual({ held: 1, failed: 1, left: 0 });
  expect(first.kept.lastRun).toEqual(first.counts);
  expect(first.kept.proofs["second-time"]).toMatchObject({ reason: "not so: the sky is blue", figures: { looks: 1 } });
  const second = await play(proofs, { record: first.kept });
  expect(second.counts).toEqual({ held: 2, failed: 0, left: 0 });
  expect(seen).toEqual(["sure", "second-time", "second-time"]);
  await play(proofs, { record: second.kept, again: true });
  expect(seen).toHaveLength(5);
});

test("none is begun that would not end in time, and a shorter one behind it is", async () => {
  const { counts, kept } = await play([proof("long", () => true, 100), proof("short", () => true, 5)], {
    secondsLeft: () => 10,
  });
  expect(counts).toEqual({ held: 1, failed: 0, left: 1 });
  expect(Object.keys(kept.proofs)).toEqual(["short"]);
});

test("the record speaks of its own build alone, and a damaged one says nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-proof-"));
  try {
    const path = join(folder, "proof.json");
    const result = { issue: 0, what: "x", outcome: "held", figures: {}, seconds: 1, timed: false } as const;
    writeRecord({ ...empty, proofs: { sure: result }, lastRun: { held: 1, failed: 0, left: 0 } }, path);
    expect(readRecord("a", path)).toMatchObject({ proofs: { sure: result } });
    expect(readRecord("a", path)).not.toHaveProperty("lastRun");
    expect(readRecord("b", path).proofs).toEqual({});
    writeFileSync(path, '{"kind":');
    expect(readRecord("a", path).proofs).toEqual({});
  } finally {
    rmSync(folder, { recursive: true });
  }
});
