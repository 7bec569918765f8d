import { expect, test } from "vitest";
import { compareDisks } from "../test/disk-differential.ts";

/** A sample; `npm run proof -- --only differential/disk` plays 10,000. */
test("without faults the simulated disk equals a real one, results and errors alike", async () => {
  const { medianCalls, medianDescriptors, errorPerMille, overlaps } = await compareDisks(200);
  // The property says little when nearly all steps fail, or none, or nothing is open.
  expect(errorPerMille).toBeGreaterThan(100);
  expect(errorPerMille).toBeLessThan(700);
  expect(medianCalls).toBeGreaterThanOrEqual(30);
  expect(medianDescriptors).toBeGreaterThanOrEqual(2);
  expect(overlaps).toBeGreaterThan(200);
}, 600_000);
