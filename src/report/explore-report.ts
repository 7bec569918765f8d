import type { CampaignSummary } from "../explore/campaign-totals.ts";
import type { CampaignEnding } from "../explore/campaign.ts";
import type { CorpusResult } from "../explore/corpus.ts";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import type { UnjudgedClaim } from "../explore/unjudged-claims.ts";
import type { NeverFired } from "../explore/written-faults.ts";

/** What a campaign came to: the one document that every reporter tells, and what `explore --json` prints. */
export interface ExploreReport extends CampaignSummary {
  readonly command: "explore";
  readonly version: string;
  readonly seed: string;
  readonly scenarios: readonly string[];
  readonly jobs: number;
  readonly mutant: string | null;
  readonly ended: CampaignEnding;
  readonly wallMs: number;
  readonly runsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly peakRssBytes: number;
  /** Claims of the scenarios that something happens at least once, where no case has seen it. */
  readonly unseen: readonly string[];
  readonly corpus: { readonly played: number; readonly failed: number; readonly results: readonly CorpusResult[] };
  readonly failures: readonly FoundFailure[];
  /** Of the faults that the scenarios' authors wrote. */
  readonly neverFired: readonly NeverFired[];
  /** What claims could not judge, and why. */
  readonly notJudged: readonly UnjudgedClaim[];
  /** Whether such cases fail the campaign, as its flags say. */
  readonly tolerated: Readonly<Record<"exhausted" | "vacuous", boolean>>;
}

/** Cases that fail the campaign though they have broken no claim, in words. */
export function notTolerated(report: ExploreReport): readonly { readonly kind: string; readonly text: string }[] {
  const kinds = [
    { kind: "exhausted", text: "ran out of the budget of events: neither held nor failed" },
    { kind: "vacuous", text: "in which no fault had an effect" },
  ] as const;
  return kinds
    .filter(({ kind }) => report[kind] > 0 && !report.tolerated[kind])
    .map(({ kind, text }) => ({ kind, text: `${report[kind]} ${report[kind] === 1 ? "case" : "cases"} ${text}` }));
}

/** The exit code that cli.md gives a campaign. */
export function exploreExitCode(report: ExploreReport): number {
  if (report.ended === "interrupted") return 130;
  if (report.broken > 0) return 3;
  const failed =
    report.violated > 0 ||
    report.stuck > 0 ||
    report.corpus.failed > 0 ||
    report.unseen.length > 0 ||
    notTolerated(report).length > 0;
  return failed ? 1 : 0;
}
