import type { Mutant } from "../../src/explore/mutant/mutant.ts";
import { allMutants } from "../mutants/all-mutants.ts";
import { documentOf, millrace, type ExploreDocument } from "./built-command.ts";
import { hold, NotHeld, type Proof } from "./proof.ts";

/** One proof for each planted bug: found by a campaign, shrunk, replayed, and gone without the bug. */
export const plantedBugs: readonly Proof[] = allMutants.map(mutant => ({
  id: `bug/${mutant.name}`,
  issue: 2,
  what: `The planted bug ${mutant.name} is found, shrunk to at most 3 faults, replayed in 2 s, and gone without it.`,
  secondsAbout: 45,
  run: ({ path }) => foundAndShrunk(mutant, path),
}));

async function foundAndShrunk(mutant: Mutant, path: string): ReturnType<Proof["run"]> {
  const hunt = ["explore", "--mutant", mutant.name, "--runs", "400", "--seed", "a", "--bail", "--json", "--out", path];
  const campaign = documentOf<ExploreDocument>(await millrace(hunt, path));
  const [failure] = campaign.failures;
  if (failure === undefined) throw new NotHeld(`not found in ${campaign.runs} cases`, { cases: campaign.runs });
  const again = await replay(failure.file, path);
  const without = await replay(failure.file, path, "--mutant", "none");
  return hold(
    {
      "a claim that the bug names is violated": mutant.claims.includes(failure.claim),
      "at most 3 faults are left": failure.planLength <= 3,
      "the file reproduces": again.outcome === "reproduced",
      "it reproduces in 2 s": again.wallMs < 2_000,
      "without the bug it passes": without.outcome === "passes",
    },
    {
      cases: campaign.runs,
      claim: failure.claim,
      signature: failure.signature,
      faults: failure.planLength,
      faultsBefore: failure.originalPlanLength,
      shrinkRuns: failure.shrinkRuns,
      replay: again.outcome,
      replayMs: again.wallMs,
      without: without.outcome,
      seconds: Math.round(campaign.wallMs / 100) / 10,
    },
  );
}

interface ReplayDocument {
  readonly outcome: string;
  readonly wallMs: number;
}

async function replay(file: string, path: string, ...more: readonly string[]): Promise<ReplayDocument> {
  return documentOf<ReplayDocument>(await millrace(["replay", file, "--json", ...more], path));
}
