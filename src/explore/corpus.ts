import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CaseRun } from "./case-run.ts";
import type { Failure } from "./failure-file.ts";
import { replayOf, type ReplayOutcome } from "./replay.ts";

/**
 * Past failures that must stay fixed: `scenarios/regressions/*.json`, in the form of failure files. They are played
 * before a campaign and counted apart from it.
 */
export function corpusFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(file => file.endsWith(".json"))
    .sort()
    .map(file => join(folder, file));
}

export interface CorpusCase {
  readonly file: string;
  readonly failure: Failure;
}

/** What a run of it says. */
export function corpusResult({ file, failure }: CorpusCase, run: CaseRun): CorpusResult {
  const { scenario, claim, signature } = failure;
  return { file, scenario: scenario.name, claim, signature, outcome: replayOf(failure, run).outcome };
}

export interface CorpusResult {
  readonly file: string;
  readonly scenario: string;
  readonly claim: string;
  readonly signature: string;
  readonly outcome: ReplayOutcome;
}

export function holds(result: Pick<CorpusResult, "outcome">): boolean {
  return result.outcome === "passes" || result.outcome === "stale";
}
