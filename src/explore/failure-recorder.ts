import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { JournalEntry } from "../kernel/journal.ts";
import type { Oracle } from "../oracles/oracle.ts";
import type { Case } from "../world/case.ts";
import type { IndexedRun, LineTarget } from "./case-line.ts";
import { shelf } from "./dataset.ts";
import { failureSchemaVersion, readFailure, rewriteFailure, writeFailure, type Failure } from "./failure-file.ts";
import { shrinkCase, type ShrinkBudget, type Shrunk } from "./shrink.ts";
import type { ShrinkEnding } from "./shrink-ending.ts";
import { claimOf, signatureOf, wordsOf } from "./signature.ts";
import { writeRepro } from "./repro-test.ts";
import { storyOf } from "./story.ts";

/**
 * Turns a failing run into a failure file: shrinks it, names it, writes `case.json` and `story.txt`. It owns the
 * folder's contents; the form of the file is failure-file.ts.
 */
export class FailureRecorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async record(failed: IndexedRun, original: Case, target: RecordedTarget): Promise<FoundFailure> {
    const { verdict } = failed.run;
    // Two runs that differ have no predicate that shrinking could keep; one that took its process along would take ours.
    const shrinkable = failed.agreed !== false && failed.lost !== true;
    const shrunk: Shrunk = shrinkable
      ? await shrinkCase({ case: original, run: failed.run }, target.player, this.#options.budget())
      : { case: original, run: failed.run, runs: 0, ending: "not-shrunk" };
    const signature = signatureOf(verdict) ?? verdict.kind;
    const failure: Failure = {
      kind: "millrace-failure",
      schema: failureSchemaVersion,
      version: this.#options.version,
      node: process.version,
      scenario: { name: target.scenario.name, module: target.module, export: target.export },
      datasets: datasetHashes(shrunk.case),
      case: shrunk.case,
      original: { seed: this.#options.seed, index: failed.index, case: original },
      signature,
      claim: claimOf(verdict) ?? verdict.kind,
      digest: shrunk.run.digest,
      ...wordsOf(shrunk.run.verdict),
      mutant: this.#options.mutant ?? null,
      shrink: {
        runs: shrunk.runs,
        ending: shrunk.ending,
        planLength: shrunk.case.plan.length,
        originalPlanLength: original.plan.length,
      },
      hits: 1,
    };
    const written = writeFailure(join(this.#options.out, "failures"), failure);
    const { entries } =
      failed.lost === true ? { entries: [] } : await target.player.play(shrunk.case, { record: true });
    const { file, replay } = writeBeside(written.file, failure, {
      entries,
      root: this.#options.root,
      claims: target.scenario.claims,
    });
    return {
      id: written.id,
      file,
      scenario: target.scenario.name,
      seed: this.#options.seed,
      case: failed.index,
      signature,
      claim: failure.claim,
      message: failure.message,
      hits: 1,
      planLength: failure.shrink.planLength,
      originalPlanLength: failure.shrink.originalPlanLength,
      shrinkRuns: failure.shrink.runs,
      shrinkEnding: shrunk.ending,
      plan: shrunk.case.plan,
      replay,
    };
  }

  /** Later hits of the campaign are added to the file once, at the end. */
  addHits(found: FoundFailure): void {
    if (found.hits <= 1) return;
    const failure = readFailure(found.file);
    rewriteFailure(found.file, { ...failure, hits: failure.hits + found.hits - 1 });
  }
}

/** What lies beside a `case.json`: its story and its test. How the file is named to a reader, and what plays it again. */
export function writeBeside(
  path: string,
  failure: Failure,
  { entries, root, claims }: WhatIsTold,
): { readonly file: string; readonly replay: string } {
  const file = relative(process.cwd(), path);
  const replay = `npx millrace replay ${file}`;
  writeFileSync(join(dirname(path), "story.txt"), storyOf(failure, replay, entries, claims));
  writeRepro(dirname(path), failure, root);
  return { file, replay };
}

interface WhatIsTold {
  readonly entries: readonly JournalEntry[];
  readonly root: string;
  /** The scenario's own. */
  readonly claims: readonly Oracle[];
}

export interface RecorderOptions {
  /** The project's folder, against which modules are named. */
  readonly root: string;
  readonly out: string;
  readonly seed: string;
  readonly version: string;
  readonly mutant?: string;
  /** A fresh one for each failure. */
  readonly budget: () => ShrinkBudget;
}

export interface RecordedTarget extends LineTarget {
  /** Where the scenario is written, relative to the project, or `millrace:<name>`; and under which name. */
  readonly module: string;
  readonly export: string;
}

/** A row of the report. `hits` grows while the campaign goes on. */
export interface FoundFailure {
  readonly id: string;
  readonly file: string;
  readonly scenario: string;
  readonly seed: string;
  readonly case: number;
  readonly signature: string;
  readonly claim: string;
  readonly message: string;
  hits: number;
  readonly planLength: number;
  readonly originalPlanLength: number;
  readonly shrinkRuns: number;
  readonly shrinkEnding: ShrinkEnding;
  readonly plan: Case["plan"];
  readonly replay: string;
}

/** By name: sixteen hexadecimal digits of the records as JSON. */
export function datasetHashes(played: Case): Readonly<Record<string, string>> {
  const names = Object.values(played.input).flatMap(input => (input.kind === "dataset" ? [input.name] : []));
  return Object.fromEntries([...new Set(names)].map(name => [name, datasetHash(name)]));
}

export function datasetHash(name: string): string {
  return createHash("sha256")
    .update(JSON.stringify(shelf.records(name)))
    .digest("hex")
    .slice(0, 16);
}
