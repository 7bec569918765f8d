import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CasePlayer } from "./case-run.ts";
import { readFailure, type Failure } from "./failure-file.ts";
import { replayFailure, type ReplayOutcome } from "./replay.ts";

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

/** Plays each file whose scenario `playerOf` knows; others belong to scenarios that were not asked for. */
export async function playCorpus(
  files: readonly string[],
  playerOf: (failure: Failure) => CasePlayer | undefined,
): Promise<readonly CorpusResult[]> {
  const results: CorpusResult[] = [];
  for (const file of files) {
    const failure = readFailure(file);
    const player = playerOf(failure);
    if (player === undefined) continue;
    const { outcome } = await replayFailure(failure, player);
    results.push({
      file,
      scenario: failure.scenario.name,
      claim: failure.claim,
      signature: failure.signature,
      outcome,
    });
  }
  return results;
}

export interface CorpusResult {
  readonly file: string;
  readonly scenario: string;
  readonly claim: string;
  readonly signature: string;
  readonly outcome: ReplayOutcome;
}

export function holds(result: CorpusResult): boolean {
  return result.outcome === "passes" || result.outcome === "stale";
}
