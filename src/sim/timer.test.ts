import { expect, test } from "vitest";
import { timerConformance } from "../host/conformance/timer-conformance.ts";
import { SmallSite } from "./test/small-site.ts";

test.each(timerConformance)("the simulated host: $name", async ({ name, run }) => {
  const { kernel, site } = new SmallSite(["tm0"], { seed: name });
  let outcome: unknown = "unfinished";
  site.start("tm0", host => {
    run(host).then(
      () => (outcome = "passed"),
      (error: unknown) => (outcome = error),
    );
  });
  await kernel.run();
  expect(outcome).toBe("passed");
});
