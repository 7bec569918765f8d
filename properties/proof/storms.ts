import { faultKinds } from "../../src/world/fault.ts";
import { addsUp, documentOf, millrace, type ExploreDocument } from "./built-command.ts";
import { hold, type Figures, type Proof } from "./proof.ts";

/** The storms at their nastiest: every fault kind within what can be borne, and damage beyond it. */
export const stormsOfAll: Proof = {
  id: "storms/all",
  issue: 4,
  what: "1000 cases with every kind of fault hold, under 5 % are vacuous, and each kind is effective at least 20 times.",
  secondsAbout: 420,
  async run({ path }) {
    const report = await campaign("all", 1_000, path);
    const rare = faultKinds.filter(kind => (report.faults[kind]?.effective ?? 0) < 20);
    return hold(
      {
        "1000 cases are played": report.runs === 1_000 && addsUp(report),
        "none is violated, stuck or broken": report.violated + report.stuck + report.broken === 0,
        "under 50 are vacuous": report.vacuous < 50,
        "every fault kind is effective at least 20 times": rare.length === 0,
      },
      { ...figuresOf(report), rare, effective: effectsOf(report) },
    );
  },
};

export const stormsBeyond: Proof = {
  id: "storms/beyond",
  issue: 4,
  what: "300 cases that damage more than can be borne commit nothing wrong, and each goes on or names what was lost.",
  secondsAbout: 150,
  async run({ path }) {
    const report = await campaign("beyond", 300, path);
    return hold(
      {
        "300 cases are played": report.runs === 300 && addsUp(report),
        "no wrong record is committed, and no claim broken": report.violated === 0,
        "none is left without an end, or without a reason": report.stuck + report.exhausted + report.broken === 0,
      },
      { ...figuresOf(report), effective: effectsOf(report) },
    );
  },
};

async function campaign(profile: string, runs: number, path: string): Promise<ExploreDocument> {
  const args = ["explore", "--profile", profile, "--runs", String(runs), "--seed", "b", "--json", "--out", path];
  return documentOf<ExploreDocument>(await millrace(args, path));
}

function figuresOf(report: ExploreDocument): Figures {
  const { runs, violated, stuck, exhausted, broken, vacuous, recoveries, digest, wallMs, failures } = report;
  return {
    runs,
    violated,
    stuck,
    exhausted,
    broken,
    vacuous,
    withState: recoveries.withState,
    digest,
    seconds: Math.round(wallMs / 100) / 10,
    signatures: failures.map(failure => `${failure.signature} in ${failure.scenario}, case ${failure.case}`),
  };
}

/** Kind → how often it had an effect. */
function effectsOf({ faults }: ExploreDocument): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(faults).map(([kind, { effective }]) => [kind, effective]));
}
