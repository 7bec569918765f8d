import { simulate } from "millrace/vitest";
import { ledgerDiesBetweenPrepareAndCommit, revenueUnderStorm } from "../scenarios/revenue.ts";

simulate("each order counts once, whatever crashes", revenueUnderStorm, { runs: 40, minRuns: 10, seed: "a" });

simulate("what the ledger has prepared survives it", ledgerDiesBetweenPrepareAndCommit, {
  runs: 5,
  minRuns: 1,
  seed: "a",
});
