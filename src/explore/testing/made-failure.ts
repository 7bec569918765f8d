import type { Fault } from "../../world/fault.ts";
import { calmCase } from "../case-generator.ts";
import type { Failure } from "../failure-file.ts";
import type { Scenario } from "../scenario.ts";

/** A failure of a bundled scenario that nobody has found: the form is right, and its plan is the test's. */
export function madeFailure(scenario: Scenario, plan: readonly Fault[]): Failure {
  const played = { ...calmCase(scenario), plan };
  return {
    kind: "millrace-failure",
    schema: 1,
    version: "0.1.0",
    node: "v20.20.2",
    scenario: { name: scenario.name, module: `millrace:${scenario.name}`, export: "" },
    datasets: {},
    case: played,
    original: { seed: "s", index: 0, case: played },
    signature: "SK-1@count",
    claim: "SK-1",
    digest: "x",
    message: "as it was then",
    mutant: null,
    shrink: { runs: 1, ending: "1-minimal", planLength: plan.length, originalPlanLength: plan.length },
    hits: 1,
  };
}
