import { millrace } from "../../src/cli/testing/built-command.ts";
import { addsUp, documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, type Figures } from "./proof.ts";

/** A campaign of storms by the built command, and what each proof of one begins with. */
export interface StormCampaign {
  readonly report: ExploreDocument;
  readonly figures: Figures;
}

export async function stormCampaign(flags: readonly string[], path: string): Promise<StormCampaign> {
  const args = ["explore", ...flags, "--json", "--out", path];
  const report = documentOf<ExploreDocument>(await millrace(args, path));
  return { report, figures: figuresOf(report) };
}

/** Throws what does not hold. That as many cases were played as were asked for is always claimed. */
export function holdStorms(
  { report, figures }: StormCampaign,
  runs: number,
  claims: Readonly<Record<string, boolean>>,
  further: Figures = {},
): Figures {
  const played = { [`${runs} cases are played`]: report.runs === runs && addsUp(report) };
  return hold({ ...played, ...claims }, { ...figures, ...further });
}

function figuresOf(report: ExploreDocument): Figures {
  const { runs, violated, stuck, exhausted, broken, vacuous, recoveries, faults, digest, wallMs, failures } = report;
  return {
    runs,
    violated,
    stuck,
    exhausted,
    broken,
    vacuous,
    withState: recoveries.withState,
    withPendingCommit: recoveries.withPendingCommit,
    digest,
    seconds: Math.round(wallMs / 100) / 10,
    signatures: failures.map(failure => `${failure.signature} in ${failure.scenario}, case ${failure.case}`),
    effective: Object.fromEntries(Object.entries(faults).map(([kind, { effective }]) => [kind, effective])),
  };
}

/** Kinds that had an effect fewer times than that. */
export function rareKinds({ report: { faults } }: StormCampaign, kinds: readonly string[], timesMin: number): string[] {
  return kinds.filter(kind => (faults[kind]?.effective ?? 0) < timesMin);
}
