import { expect, test } from "vitest";
import { compareNetworks } from "../test/net-differential.ts";

/** A sample; `npm run proof -- --only network-differential` plays thousands. */
test("without faults the simulated network equals TCP on the loopback, but for time", async () => {
  const statistics = await compareNetworks(60);
  // The property says little where nothing is refused, reset, half closed or held back.
  expect(statistics.medianSteps).toBeGreaterThanOrEqual(15);
  for (const [what, count] of Object.entries(statistics)) expect(count, what).toBeGreaterThanOrEqual(8);
}, 60_000);
