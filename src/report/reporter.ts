import type { FoundFailure } from "../explore/failure-recorder.ts";
import type { ExploreReport } from "./explore-report.ts";

/** Tells somebody about a campaign while it goes on and when it is over. Each form of telling is a file of its own. */
export interface Reporter {
  begin?(campaign: CampaignBegin): void;
  /** After each case; whoever draws decides how often. */
  progress?(progress: Progress): void;
  failure?(failure: FoundFailure): void;
  end(report: ExploreReport): void;
}

export interface CampaignBegin {
  readonly seed: string;
  readonly scenarios: readonly string[];
  readonly jobs: number;
  readonly mutant: string | null;
  /** `1,000 cases`, `60 s`. */
  readonly limit: string;
}

export interface Progress {
  readonly runs: number;
  readonly runsMax: number | undefined;
  readonly failures: number;
  readonly elapsedMs: number;
  readonly timeMsMax: number | undefined;
}

/** Where text goes: standard error in the command line, a list in tests. */
export interface TextOut {
  readonly isTerminal: boolean;
  /** Of a terminal, by now: somebody may have made its window narrower. */
  readonly columns?: number;
  write(text: string): void;
}

/** One reporter that speaks to all. */
export function allOf(reporters: readonly Reporter[]): Reporter {
  return {
    begin: campaign => reporters.forEach(reporter => reporter.begin?.(campaign)),
    progress: progress => reporters.forEach(reporter => reporter.progress?.(progress)),
    failure: failure => reporters.forEach(reporter => reporter.failure?.(failure)),
    end: report => reporters.forEach(reporter => reporter.end(report)),
  };
}
