import type { CasePlayer, CaseRun } from "./case-run.ts";
import type { Failure } from "./failure-file.ts";
import { signatureOf } from "./signature.ts";

/**
 * Plays a failure again and says what became of it. It owns the comparison; who can play the case is the caller's to
 * find (project.ts).
 */
export interface Replay {
  readonly outcome: ReplayOutcome;
  /** The digest agrees as well: event for event the same run. */
  readonly exact: boolean;
  readonly run: CaseRun;
  /** Anchors of the plan that nothing matched: the code no longer does what they name. */
  readonly staleAnchors: readonly string[];
}

/**
 * `stale`: the case passes, but a fault found no instant to fire at, so that this pass says nothing.
 */
export type ReplayOutcome = "reproduced" | "fails-differently" | "passes" | "stale" | "broken";

export async function replayFailure(
  failure: Failure,
  player: CasePlayer,
  options: { readonly record?: boolean } = {},
): Promise<Replay> {
  return replayOf(failure, await player.play(failure.case, options));
}

/** What a run of the failure's case says of it. */
export function replayOf(failure: Failure, run: CaseRun): Replay {
  const staleAnchors = failure.case.plan.flatMap((fault, index) => {
    const fired = run.faults.find(effect => effect.index === index)?.fired ?? false;
    return fired || !("on" in fault.when) ? [] : [fault.when.on.event];
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
