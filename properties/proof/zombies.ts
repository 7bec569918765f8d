import { millrace } from "../../src/cli/testing/built-command.ts";
import { documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, type Proof } from "./proof.ts";

/** What becomes of each zombie's late word in a system with one defence less. */
const bites = {
  "zombie-acknowledges": "sink.abort-only-known",
  "zombie-commits": "sink.restored-work-is-dropped",
  "zombie-sends": "sink.txn-id-without-generation",
  "zombie-deletes": "ha.cleanup-on-unknown",
} as const;

export const zombies: Proof = {
  id: "zombies",
  issue: 4,
  what: "Each zombie scenario passes, and is violated by a planted bug that its late word finds.",
  secondsAbout: 40,
  run: async ({ path }) => {
    const claims: Record<string, boolean> = {};
    const figures: Record<string, string> = {};
    for (const [scenario, mutant] of Object.entries(bites)) {
      const args = ["explore", scenario, "--runs", "4", "--seed", "a", "--json", "--out", path];
      const plain = documentOf<ExploreDocument>(await millrace(args, path));
      const planted = documentOf<ExploreDocument>(await millrace([...args, "--mutant", mutant], path));
      claims[`${scenario} passes`] = plain.violated + plain.stuck + plain.broken === 0;
      claims[`${scenario} finds ${mutant}`] = planted.violated > 0;
      figures[scenario] = `${mutant}: ${planted.violated} of ${planted.runs}, ${planted.failures[0]?.claim ?? "none"}`;
    }
    return hold(claims, figures);
  },
};
