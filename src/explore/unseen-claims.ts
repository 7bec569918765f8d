import type { CampaignSummary } from "./campaign-totals.ts";
import type { Scenario } from "./scenario.ts";

/**
 * What authors demand to happen `sometimes` and no case of a campaign has seen, by the claims' ids. Where nothing was
 * played, nothing could be seen.
 */
export function unseenClaims(scenarios: readonly Scenario[], { runs, claims }: CampaignSummary): readonly string[] {
  if (runs === 0) return [];
  const demanded = scenarios.flatMap(scenario =>
    scenario.claims.filter(({ expectation }) => expectation === "sometimes").map(({ id }) => id),
  );
  return [...new Set(demanded)].filter(id => (claims[id]?.seen ?? 0) === 0);
}
