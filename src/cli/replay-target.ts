import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import type { JournalEntry } from "../kernel/journal.ts";
import { CaseLine } from "../explore/case-line.ts";
import { isFailure, type CaseRun } from "../explore/case-run.ts";
import { datasetHash } from "../explore/failure-recorder.ts";
import { readFailure, type Failure } from "../explore/failure-file.ts";
import { Misuse } from "../explore/misuse.ts";
import { replayFailure, type Replay, type ReplayOutcome } from "../explore/replay.ts";
import { claimOf, messageOf, signatureOf } from "../explore/signature.ts";
import { sayFault } from "../explore/story.ts";
import { isPlanted, withMutant } from "./planted-mutant.ts";
import { chalkForErrors, standardError } from "./reporters.ts";
import { failurePath, openSession, shown, targetNamed, targetsOf, type Session } from "./session.ts";

/** `millrace replay`: a failure file or id, or a scenario's case by seed and index; the exit code. */
export async function replayTarget(target: string, flags: ReplayFlags): Promise<number> {
  if (flags.seed !== undefined || flags.case !== undefined) return replayCase(target, flags);
  const session = await openSession();
  const path = failurePath(session, target);
  const failure = readFailure(path);
  const mutant = flags.mutant === "none" ? undefined : (flags.mutant ?? failure.mutant ?? undefined);
  if (mutant !== undefined && !isPlanted(mutant)) return withMutant(mutant);
  refuseOtherData(failure, path);
  const { player } = await targetNamed(session, failure.scenario.name, shown(path));
  const startMs = performance.now();
  const replay = await replayFailure(failure, player, { record: flags.record === true });
  const wallMs = Math.round(performance.now() - startMs);
  if (flags.record === true) writeJournal(join(dirname(path), "journal.jsonl"), replay.run.entries);
  tell(failure, replay, wallMs);
  if (flags.json === true) {
    const { outcome, exact, run, staleAnchors } = replay;
    const claim = claimOf(run.verdict) ?? failure.claim;
    print({
      outcome,
      exact,
      digest: run.digest,
      expectedDigest: failure.digest,
      claim,
      wallMs,
      message: messageOf(run.verdict),
      staleAnchors,
    });
  }
  return replayExitCodes[replay.outcome];
}

/** What its flags say. */
export interface ReplayFlags {
  readonly seed?: string;
  readonly case?: number;
  readonly profile?: "light" | "standard" | "all";
  readonly record?: boolean;
  readonly mutant?: string;
  readonly json?: boolean;
}

const replayExitCodes: Readonly<Record<ReplayOutcome, number>> = {
  passes: 0,
  reproduced: 1,
  "fails-differently": 1,
  stale: 2,
  broken: 3,
};

async function replayCase(scenario: string, flags: ReplayFlags): Promise<number> {
  const { seed, case: index } = flags;
  if (seed === undefined || index === undefined)
    throw new Misuse("A case of a campaign is named by both --seed and --case.");
  if (flags.mutant !== undefined && flags.mutant !== "none" && !isPlanted(flags.mutant))
    return withMutant(flags.mutant);
  const session = await openSession();
  const target = await oneTarget(session, scenario);
  const options = {
    seed,
    checkEvery: 0,
    freshEvery: 0,
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  };
  const played = await new CaseLine([target], options).caseOf(index);
  const startMs = performance.now();
  const run = await target.player.play(played, { record: flags.record === true });
  const wallMs = Math.round(performance.now() - startMs);
  if (flags.record === true) writeJournal("journal.jsonl", run.entries);
  const outcome = outcomeOfCase(run);
  standardError.write(`${run.verdict.kind}: ${messageOf(run.verdict)}\n`);
  for (const fault of played.plan) standardError.write(`  ${sayFault(fault)}\n`);
  if (flags.json === true) {
    print({
      outcome,
      exact: true,
      digest: run.digest,
      expectedDigest: run.digest,
      claim: claimOf(run.verdict) ?? null,
      wallMs,
      signature: signatureOf(run.verdict) ?? null,
      case: played,
    });
  }
  return replayExitCodes[outcome];
}

function outcomeOfCase(run: CaseRun): ReplayOutcome {
  if (run.verdict.kind === "broken") return "broken";
  return isFailure(run.verdict) || run.verdict.kind === "exhausted" ? "reproduced" : "passes";
}

async function oneTarget(session: Session, name: string): Promise<Awaited<ReturnType<typeof targetsOf>>[number]> {
  const targets = await targetsOf(session, [name]);
  if (targets.length !== 1) throw new Misuse(`"${name}" names ${targets.length} scenarios; a case belongs to one.`);
  return targets[0]!;
}

/** Other records would give another run, which must not be taken for a repair. */
function refuseOtherData(failure: Failure, path: string): void {
  for (const [name, hash] of Object.entries(failure.datasets)) {
    if (datasetHash(name) !== hash)
      throw new Misuse(
        `The data set "${name}" has changed since this failure was found; replay it with the data of then.`,
        { place: shown(path) },
      );
  }
}

function tell(failure: Failure, { outcome, exact, run, staleAnchors }: Replay, wallMs: number): void {
  const ink = chalkForErrors();
  const words: Readonly<Record<ReplayOutcome, string>> = {
    reproduced: ink.red(`reproduced${exact ? ", event for event" : ""}`),
    "fails-differently": ink.red("fails differently"),
    passes: ink.green("passes now"),
    stale: ink.yellow(`stale anchor: ${staleAnchors.join(", ")}`),
    broken: ink.magenta("broken"),
  };
  standardError.write(`${words[outcome]}  ${failure.signature} in ${failure.scenario.name}, ${wallMs} ms\n`);
  for (const line of messageOf(run.verdict).split("\n").slice(0, 12)) standardError.write(`  ${line}\n`);
  for (const fault of failure.case.plan) standardError.write(`  ${ink.dim(sayFault(fault))}\n`);
}

function writeJournal(path: string, entries: readonly JournalEntry[]): void {
  const existed = existsSync(path);
  writeFileSync(path, entries.map(entry => `${JSON.stringify(entry)}\n`).join(""));
  standardError.write(`${existed ? "rewrote" : "wrote"} ${shown(path)}: ${entries.length} entries\n`);
}

function print(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}
