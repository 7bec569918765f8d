import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { NotHeld, type Proof } from "./proof.ts";
import { withResult, type ProofCounts, type ProofRecord, type ProofResult } from "./proof-record.ts";

/**
 * Plays proofs one after the other: what is proved already is left out, what would not end in time is left for another
 * day, and after each the record is handed out to be kept; at the end once more, with the counts.
 */
export async function playProofs(proofs: readonly Proof[], options: PlayOptions): Promise<ProofCounts> {
  let record = options.record;
  const counts = { held: 0, failed: 0, left: 0 };
  for (const proof of proofs) {
    if (record.proofs[proof.id]?.outcome === "held" && !options.again) {
      counts.held++;
      options.say(`held     ${proof.id}, proved before`);
      continue;
    }
    if (options.secondsLeft() < proof.secondsAbout) {
      counts.left++;
      options.say(`left     ${proof.id}, takes about ${proof.secondsAbout} s`);
      continue;
    }
    const result = await play(proof);
    record = withResult(record, proof, result);
    options.keep(record);
    counts[result.outcome]++;
    const reason = result.reason === undefined ? "" : `: ${result.reason}`;
    options.say(`${result.outcome.padEnd(8)} ${proof.id}, ${result.seconds} s${reason}`);
  }
  options.keep({ ...record, lastRun: counts });
  return counts;
}

export interface PlayOptions {
  readonly record: ProofRecord;
  /** Plays what is proved already, too. */
  readonly again: boolean;
  readonly secondsLeft: () => number;
  readonly keep: (record: ProofRecord) => void;
  readonly say: (line: string) => void;
}

async function play(proof: Proof): Promise<ProofResult> {
  const path = mkdtempSync(join(tmpdir(), `millrace-${proof.id.replace(/[^a-z0-9]+/g, "-")}-`));
  const startMs = performance.now();
  const ended = await endOf(proof, path);
  // What a failed proof has written is evidence.
  if (ended.outcome === "held") rmSync(path, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return { issue: proof.issue, what: proof.what, ...ended, seconds, timed: proof.timed === true };
}

async function endOf(proof: Proof, path: string): Promise<Pick<ProofResult, "outcome" | "reason" | "figures">> {
  try {
    return { outcome: "held", figures: await proof.run({ path }) };
  } catch (error) {
    if (error instanceof NotHeld) return { outcome: "failed", reason: error.message, figures: error.figures };
    return {
      outcome: "failed",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      figures: {},
    };
  }
}
