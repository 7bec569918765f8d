import { simulate } from "millrace/vitest";
import { ledgerDiesBetweenPrepareAndCommit, ledgerHasNoRoom, revenueUnderStorm } from "../scenarios/revenue.ts";

simulate("each order counts once, whatever crashes", revenueUnderStorm, { runs: 40, minRuns: 10, seed: "a" });

simulate("what the ledger has prepared survives it", ledgerDiesBetweenPrepareAndCommit, {
  runs: 5,
  minRuns: 1,
  seed: "a",
});

simulate("a ledger without room reads whole lines only", ledgerHasNoRoom, { runs: 5, minRuns: 1, seed: "a" });
