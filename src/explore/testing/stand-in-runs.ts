import { logSink } from "../../runtime/connectors/log-sink.ts";
import { logSource } from "../../runtime/connectors/log-source.ts";
import type { Case } from "../../world/case.ts";
import { noRecoveries, type CaseRun } from "../case-run.ts";
import type { Pilot } from "../pilot.ts";
import type { ScenarioJob } from "../scenario.ts";

/**
 * Runs that were never played, for tests of everything that only looks at outcomes: campaigns, shrinking, failure
 * files, reports.
 */
export const idleJob: ScenarioJob = {
  name: "idle",
  module: "jobs/idle.ts",
  factory: env =>
    void env.fromSource(logSource({ topic: "input", bounded: true }), "input").sinkTo(logSink({ topic: "output" })),
};

export const emptyPilot: Pilot = {
  lengthUs: 1_000_000,
  moments: [],
  checkpoints: 0,
  subtasks: [],
  recordCostUs: 1_000,
  firstRecordUs: 0,
};

export function passedRun(played: Case): CaseRun {
  return {
    verdict: { kind: "passed" },
    digest: `digest of ${played.seed}/${played.plan.length}`,
    events: 100,
    simulatedMs: 1_000,
    activeSimulatedMs: 800,
    faults: played.plan.map(({ kind, target }, index) => ({
      index,
      kind,
      target,
      fired: true,
      effective: true,
      note: "",
    })),
    recoveries: { ...noRecoveries, fromCheckpoint: 1, withState: 1 },
    claims: { "SK-1": { checked: 1, violated: 0 } },
    phases: [],
    entries: [],
  };
}

export function violatedRun(claim: string, where: string): CaseRun {
  return {
    verdict: {
      kind: "violated",
      violation: { claim, where, message: `${claim} does not hold at ${where}`, expected: "1", actual: "2" },
    },
    digest: `violated ${claim} ${where}`,
    events: 100,
    simulatedMs: 1_000,
    activeSimulatedMs: 800,
    faults: [],
    recoveries: noRecoveries,
    claims: { [claim]: { checked: 1, violated: 1 } },
    phases: [],
    entries: [],
  };
}
