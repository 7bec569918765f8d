import { faultKinds } from "../../src/world/fault.ts";
import type { Proof } from "./proof.ts";
import { holdStorms, rareKinds, stormCampaign } from "./storm-campaign.ts";

/** The storms at their nastiest: every fault kind within what can be borne, and damage beyond it. */
export const stormsOfAll: Proof = {
  id: "storms/all",
  issue: 4,
  what: "1000 cases with every kind of fault hold, under 5 % are vacuous, and each kind is effective at least 20 times.",
  secondsAbout: 420,
  async run({ path }) {
    const campaign = await stormCampaign(["--profile", "all", "--runs", "1000", "--seed", "b"], path);
    const { violated, stuck, broken, vacuous } = campaign.report;
    const rare = rareKinds(campaign, faultKinds, 20);
    const claims = {
      "none is violated, stuck or broken": violated + stuck + broken === 0,
      "under 50 are vacuous": vacuous < 50,
      "every fault kind is effective at least 20 times": rare.length === 0,
    };
    return holdStorms(campaign, 1_000, claims, { rare });
  },
};

export const stormsBeyond: Proof = {
  id: "storms/beyond",
  issue: 4,
  what: "300 cases that damage more than can be borne commit nothing wrong, and each goes on or names what was lost.",
  secondsAbout: 150,
  async run({ path }) {
    const campaign = await stormCampaign(["--profile", "beyond", "--runs", "300", "--seed", "b"], path);
    const { violated, stuck, exhausted, broken } = campaign.report;
    return holdStorms(campaign, 300, {
      "no wrong record is committed, and no claim broken": violated === 0,
      "none is left without an end, or without a reason": stuck + exhausted + broken === 0,
    });
  },
};
