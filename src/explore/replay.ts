import { isFailure, type CasePlayer, type CaseRun, type Verdict } from "./case-run.ts";
import type { Failure } from "./failure-file.ts";
import { signatureOf } from "./signature.ts";
import { variantsOf } from "./variants.ts";

/**
 * Plays a failure again and says what became of it. It owns the comparison; who can play the case is the caller's to
 * find (project.ts).
 */
export interface Replay {
  readonly outcome: ReplayOutcome;
  /** The digest agrees as well: event for event the same run. */
  readonly exact: boolean;
  readonly run: CaseRun;
  /** Anchors of the plan that nothing matched, targets that are gone: the code no longer does, or has, what they name. */
  readonly staleAnchors: readonly string[];
  /** Set when the cases beside it were played, since the case itself does not fail as the file says. */
  readonly variants?: PlayedVariants;
}

export interface PlayedVariants {
  readonly played: number;
  /** Whether the last of them failed as the file says: the code has changed, the failure has not gone. */
  readonly reproduced: boolean;
}

/**
 * `stale`: the case passes, but a fault found no instant to fire at, or its target is gone, so that this pass says nothing.
 */
export type ReplayOutcome = "reproduced" | "fails-differently" | "passes" | "stale" | "broken";

export async function replayFailure(
  failure: Failure,
  player: CasePlayer,
  options: { readonly record?: boolean } = {},
): Promise<Replay> {
  return replayOf(failure, await player.play(failure.case, options));
}

/**
 * A case that passes now, or fails otherwise, may have missed by a microsecond: the cases beside it are played too, until one
 * fails as the file says. When none does, and for every other outcome, all is as it was.
 */
export async function confirmed(failure: Failure, replay: Replay, player: CasePlayer): Promise<Replay> {
  if (replay.outcome === "reproduced" || replay.outcome === "broken") return replay;
  let played = 0;
  for (const variant of variantsOf(failure)) {
    const run = await player.play(variant);
    played++;
    if (signatureOf(run.verdict) === failure.signature)
      return { ...replay, outcome: "reproduced", run, variants: { played, reproduced: true } };
  }
  return { ...replay, variants: { played, reproduced: false } };
}

/** What a run of the failure's case says of it. */
export function replayOf(failure: Failure, run: CaseRun): Replay {
  const staleAnchors = failure.case.plan.flatMap((fault, index) => {
    const effect = run.faults.find(one => one.index === index);
    if (effect?.impossible === true) return [fault.target];
    return effect?.fired === true || !("on" in fault.when) ? [] : [fault.when.on.event];
  });
  return { outcome: outcomeOf(failure, run, staleAnchors), exact: run.digest === failure.digest, run, staleAnchors };
}

function outcomeOf(failure: Failure, run: CaseRun, staleAnchors: readonly string[]): ReplayOutcome {
  const signature = signatureOf(run.verdict);
  if (signature === failure.signature) return "reproduced";
  if (run.verdict.kind === "broken") return "broken";
  if (signature !== undefined || run.verdict.kind === "exhausted") return "fails-differently";
  return staleAnchors.length > 0 ? "stale" : "passes";
}

/** Of a case that no file speaks of: whatever did not pass is what there was to see. */
export function outcomeOfCase(verdict: Verdict): ReplayOutcome {
  if (verdict.kind === "broken") return "broken";
  return isFailure(verdict) || verdict.kind === "exhausted" ? "reproduced" : "passes";
}
