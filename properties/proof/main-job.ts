import { faultKinds } from "../../src/world/fault.ts";
import { hold, type Proof } from "./proof.ts";
import { holdStorms, rareKinds, stormCampaign } from "./storm-campaign.ts";

/** The main job of the project: 300 cases of storms, every claim judged, twice the same. */
export const mainJob: Proof = {
  id: "main-job",
  issue: 2,
  what: "300 cases with seed a hold, are not idle, meet every fault kind, and give the same digest twice.",
  secondsAbout: 150,
  async run({ path }) {
    const flags = ["--runs", "300", "--seed", "a"];
    const first = await stormCampaign(flags, path);
    const { violated, stuck, exhausted, broken, vacuous, recoveries, digest } = first.report;
    const idleKinds = rareKinds(first, faultKinds, 1);
    const claims = {
      "none is violated, stuck, exhausted or broken": violated + stuck + exhausted + broken === 0,
      "under 30 are vacuous": vacuous < 30,
      "every fault kind is effective": idleKinds.length === 0,
      "180 restore state in mid-input": recoveries.withState >= 180,
      "60 restore a pending commit": recoveries.withPendingCommit >= 60,
    };
    // A campaign that does not hold is told without playing it again.
    const figures = holdStorms(first, 300, claims, { idleKinds });
    const second = await stormCampaign(flags, path);
    return hold({ "the digest is the same twice": second.report.digest === digest }, figures);
  },
};
