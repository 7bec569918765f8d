import { faultKinds } from "../../src/world/fault.ts";
import { addsUp, documentOf, millrace, type ExploreDocument } from "./built-command.ts";
import { hold, type Proof } from "./proof.ts";

/** The main job of the project: 300 cases of storms, every claim judged, twice the same. */
export const mainJob: Proof = {
  id: "main-job",
  issue: 2,
  what: "300 cases with seed a hold, are not idle, meet every fault kind, and give the same digest twice.",
  secondsAbout: 150,
  async run({ path }) {
    const args = ["explore", "--runs", "300", "--seed", "a", "--json", "--out", path];
    const first = documentOf<ExploreDocument>(await millrace(args, path));
    const { runs, violated, stuck, exhausted, broken, vacuous, recoveries, faults, digest } = first;
    const idleKinds = faultKinds.filter(kind => (faults[kind]?.effective ?? 0) === 0);
    const figures = {
      runs,
      violated,
      stuck,
      exhausted,
      broken,
      vacuous,
      withState: recoveries.withState,
      withPendingCommit: recoveries.withPendingCommit,
      idleKinds,
      digest,
      seconds: Math.round(first.wallMs / 100) / 10,
      signatures: first.failures.map(failure => `${failure.signature} in ${failure.scenario}, case ${failure.case}`),
    };
    const claims = {
      "300 cases are played": runs === 300 && addsUp(first),
      "none is violated, stuck, exhausted or broken": violated + stuck + exhausted + broken === 0,
      "under 30 are vacuous": vacuous < 30,
      "every fault kind is effective": idleKinds.length === 0,
      "180 restore state in mid-input": recoveries.withState >= 180,
      "60 restore a pending commit": recoveries.withPendingCommit >= 60,
    };
    // A campaign that does not hold is told without playing it again.
    hold(claims, figures);
    const second = documentOf<ExploreDocument>(await millrace(args, path));
    return hold({ "the digest is the same twice": second.digest === digest }, figures);
  },
};
