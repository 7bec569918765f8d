import type { Host } from "../host/host.ts";
import type { EntryListener, Journal, JournalEntry } from "../kernel/journal.ts";
import type { Violation } from "../oracles/oracle.ts";
import type { Case } from "../world/case.ts";
import type { FaultEffect } from "../world/fault.ts";

/**
 * One case played and judged: what campaigns count, shrinking compares and reports tell. Plain data, so that it crosses
 * from a worker process to its parent. It owns the words; world-player.ts makes the values.
 */
export interface CaseRun {
  readonly verdict: Verdict;
  /** Of everything that happened and of the final state. */
  readonly digest: string;
  readonly events: number;
  readonly simulatedMs: number;
  /** Virtual time in which the job was running. */
  readonly activeSimulatedMs: number;
  readonly faults: readonly FaultEffect[];
  readonly recoveries: Recoveries;
  readonly claims: Readonly<Record<string, ClaimTally>>;
  /** Coverage cells that the run has reached: `phase × component × fault`. */
  readonly phases: readonly string[];
  /** Empty unless the run was recorded. */
  readonly entries: readonly JournalEntry[];
  /** Of a recorded run: what the digest saw, fold by fold. Never crosses to another process. */
  readonly journal?: Journal;
}

export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "violated"; readonly violation: Violation }
  /** The calm did not bring the job to an end or to a checkpoint within the bound. */
  | { readonly kind: "stuck"; readonly blame: string }
  /** No fault had an effect: the run says nothing. */
  | { readonly kind: "vacuous" }
  /** Out of its budget of events or of virtual time: neither passed nor failed. */
  | { readonly kind: "exhausted"; readonly reason: string }
  /** The simulator, the fence or the runtime's own invariants gave way: not to be trusted. */
  | { readonly kind: "broken"; readonly reason: string };

export interface Recoveries {
  readonly fromCheckpoint: number;
  readonly withState: number;
  readonly withInFlight: number;
  readonly withPendingCommit: number;
  readonly fromScratch: number;
}

/** Of a case that nobody has brought to an end: the verdict is all there is. */
export function unplayedRun(verdict: Verdict): CaseRun {
  return {
    verdict,
    digest: "none",
    events: 0,
    simulatedMs: 0,
    activeSimulatedMs: 0,
    faults: [],
    recoveries: noRecoveries,
    claims: {},
    phases: [],
    entries: [],
  };
}

export const noRecoveries: Recoveries = {
  fromCheckpoint: 0,
  withState: 0,
  withInFlight: 0,
  withPendingCommit: 0,
  fromScratch: 0,
};

export interface ClaimTally {
  /** How often the claim was put to the test. */
  readonly checked: number;
  readonly violated: number;
  /** Why the claim could not judge this run, or not all of it. */
  readonly notJudged?: string;
}

/** Plays cases of one scenario. The same case gives the same run, whatever was played before. */
export interface CasePlayer {
  play(played: Case, options?: PlayOptions): Promise<CaseRun>;
}

export interface PlayOptions {
  /** Keeps the whole journal in `entries`; the digest is the same either way. */
  readonly record?: boolean;
  /** Of a recorded run: called with each entry at the moment at which it happens. */
  readonly onEntry?: EntryListener;
  /** Imports the job's modules anew for each life of a process: a digest that then differs betrays module state. */
  readonly freshJobModules?: boolean;
  /** Stands between every role and its host. */
  readonly portOf?: (host: Host) => Host;
}

export function isFailure(verdict: Verdict): boolean {
  return verdict.kind === "violated" || verdict.kind === "stuck" || verdict.kind === "broken";
}
