import type { Ended } from "../../src/cli/testing/built-command.ts";
import { NotHeld } from "./proof.ts";

/** The one document on standard output. */
export function documentOf<T>({ code, out, err }: Ended): T {
  try {
    return JSON.parse(out) as T;
  } catch {
    throw new NotHeld(`no JSON document on standard output (exit code ${code}): ${err.trim().slice(-400)}`);
  }
}

/** What proofs read of `explore --json`. */
export interface ExploreDocument {
  readonly digest: string;
  readonly runs: number;
  readonly passed: number;
  readonly violated: number;
  readonly stuck: number;
  readonly vacuous: number;
  readonly exhausted: number;
  readonly broken: number;
  readonly wallMs: number;
  readonly ended: string;
  readonly recoveries: Readonly<Record<"withState" | "withPendingCommit" | "fromCheckpoint", number>>;
  readonly faults: Readonly<
    Record<string, { readonly planned: number; readonly injected: number; readonly effective: number }>
  >;
  readonly determinism: { readonly checked: number; readonly mismatches: number };
  readonly failures: readonly {
    readonly file: string;
    readonly signature: string;
    readonly claim: string;
    readonly case: number;
    readonly scenario: string;
    readonly planLength: number;
    readonly originalPlanLength: number;
    readonly shrinkRuns: number;
    readonly message: string;
  }[];
}

/** Every case has exactly one outcome. */
export function addsUp(report: ExploreDocument): boolean {
  const { passed, violated, stuck, vacuous, exhausted, broken } = report;
  return passed + violated + stuck + vacuous + exhausted + broken === report.runs;
}
