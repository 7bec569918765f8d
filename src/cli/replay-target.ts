import { performance } from "node:perf_hooks";
import type { CaseRun } from "../explore/case-run.ts";
import { type Failure } from "../explore/failure-file.ts";
import { confirmed, outcomeOfCase, replayOf, type Replay, type ReplayOutcome } from "../explore/replay.ts";
import { Misuse } from "../explore/misuse.ts";
import { claimOf, messageOf, signatureOf } from "../explore/signature.ts";
import { sayFault } from "../explore/story.ts";
import type { Fault } from "../world/fault.ts";
import { breakpointAt, openInspector, underSourceMaps, withSourceMaps } from "./breakpoint.ts";
import { caseToPlay, type CaseFlags } from "./case-to-play.ts";
import { isPlanted, withMutant } from "./planted-mutant.ts";
import { formatsOf, writeRecording } from "./recording-files.ts";
import { chalkForErrors, standardError } from "./reporters.ts";
import { openSession } from "./session.ts";
import { writeResult } from "./results.ts";

/** `millrace replay`: a failure file or id, or a scenario's case by seed and index; the exit code. */
export async function replayTarget(name: string, flags: ReplayFlags): Promise<number> {
  refuseLonelyFlags(flags);
  const formats = flags.record === true ? formatsOf(flags.format ?? "jsonl") : [];
  const stop = flags.inspect === true ? breakpointAt(flags.at) : undefined;
  if (stop !== undefined && !underSourceMaps()) return withSourceMaps();
  const { played, target, failure, folder } = await caseToPlay(await openSession(), name, flags);
  const mutant = flags.mutant === "none" ? undefined : (flags.mutant ?? failure?.mutant ?? undefined);
  if (mutant !== undefined && !isPlanted(mutant)) return withMutant(mutant);
  if (stop !== undefined) openInspector(text => standardError.write(text));
  const startMs = performance.now();
  const run = await target.player.play(played, {
    record: flags.record === true || stop !== undefined,
    ...(stop === undefined ? {} : { onEntry: stop }),
  });
  const playedMs = performance.now() - startMs;
  writeRecording(folder, formats, run.entries);
  if (failure !== undefined) {
    const replay = await confirmed(failure, replayOf(failure, run), target.player);
    const wallMs = Math.round(performance.now() - startMs);
    tell(failure, replay, wallMs);
    if (flags.json === true) print(failureDocument(failure, replay, wallMs));
    return replayExitCodes[replay.outcome];
  }
  const outcome = outcomeOfCase(run.verdict);
  standardError.write(`${run.verdict.kind}: ${messageOf(run.verdict)}\n`);
  for (const line of linesOfPlan(played.plan, run)) standardError.write(`  ${line}\n`);
  if (flags.json === true) {
    const { digest } = run;
    const wallMs = Math.round(playedMs);
    const [claim, signature] = [claimOf(run.verdict) ?? null, signatureOf(run.verdict) ?? null];
    print({ outcome, exact: true, digest, expectedDigest: digest, claim, wallMs, signature, case: played });
  }
  return replayExitCodes[outcome];
}

function refuseLonelyFlags({ record, format, inspect, at }: ReplayFlags): void {
  if (format !== undefined && record !== true) throw new Misuse("--format says what --record writes: give both.");
  if (at !== undefined && inspect !== true) throw new Misuse("--at says where --inspect stops: give both.");
}

/** What its flags say. */
export interface ReplayFlags extends CaseFlags {
  readonly record?: boolean;
  readonly format?: string;
  readonly mutant?: string;
  readonly inspect?: boolean;
  readonly at?: string;
  readonly json?: boolean;
}

const replayExitCodes: Readonly<Record<ReplayOutcome, number>> = {
  passes: 0,
  reproduced: 1,
  "fails-differently": 1,
  stale: 2,
  broken: 3,
};

function failureDocument(failure: Failure, replay: Replay, wallMs: number): unknown {
  const { outcome, exact, run, staleAnchors, variants } = replay;
  const claim = claimOf(run.verdict) ?? failure.claim;
  const message = messageOf(run.verdict);
  return {
    outcome,
    exact,
    digest: run.digest,
    expectedDigest: failure.digest,
    claim,
    wallMs,
    message,
    staleAnchors,
    variants,
  };
}

function tell(failure: Failure, { outcome, exact, run, staleAnchors, variants }: Replay, wallMs: number): void {
  const ink = chalkForErrors();
  const beside = variants === undefined ? "" : `, and so do ${variants.played} cases beside it`;
  const how = exact
    ? ", event for event"
    : variants === undefined
      ? ""
      : " by a case beside it; its own no longer does";
  const words: Readonly<Record<ReplayOutcome, string>> = {
    reproduced: ink.red(`reproduced${how}`),
    "fails-differently": ink.red("fails differently"),
    passes: ink.green(`passes now${beside}`),
    stale: ink.yellow(`stale anchor: ${staleAnchors.join(", ")}; what is left of the case passes${beside}`),
    broken: ink.magenta("broken"),
  };
  standardError.write(`${words[outcome]}  ${failure.signature} in ${failure.scenario.name}, ${wallMs} ms\n`);
  for (const line of messageOf(run.verdict).split("\n").slice(0, 12)) standardError.write(`  ${line}\n`);
  for (const line of linesOfPlan(failure.case.plan, run)) standardError.write(`  ${ink.dim(line)}\n`);
}

/** A fault that found no moment was not there. */
function linesOfPlan(plan: readonly Fault[], { faults }: CaseRun): readonly string[] {
  return plan.map((fault, index) => {
    const effect = faults.find(one => one.index === index);
    return `${sayFault(fault)}${effect === undefined || effect.fired ? "" : `; never fired: ${effect.note}`}`;
  });
}

function print(document: unknown): void {
  writeResult(`${JSON.stringify(document, undefined, 2)}\n`);
}
