import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { twoFeeds } from "./jobs/two-feeds.ts";

export const feedsUnderStorm = scenario("feeds-under-storm", {
  why: "Two sinks of one job commit side by side: neither's transactions are the other's, and no function changes what another one keeps.",
  job: twoFeeds,
  input: { payments: payments(200) },
});
