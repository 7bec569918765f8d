import { expect, test } from "vitest";
import { flightsToFiles } from "../../scenarios/flights.ts";
import { inputRetired } from "../../scenarios/faults-of-services.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Case } from "../../src/world/case.ts";

/** A machine is gone for good, with all that lay on its disk: either another can stand in, or somebody says what is missing. */
const calm = calmCase(flightsToFiles);

test.each([
  { storageNodes: 3, replicas: 2, placement: "spread", told: undefined },
  { storageNodes: 2, replicas: 2, placement: "spread", told: "dfs1 has not answered for 31 s" },
  { storageNodes: 1, replicas: 1, placement: "spread", told: "dfs0 has not answered for 30 s" },
  { storageNodes: 1, replicas: 1, placement: "together", told: "coord has not answered for 31 s" },
] as const)(
  "of $storageNodes storage nodes ($placement, $replicas replicas) one goes",
  async ({ told, ...topology }) => {
    const played: Case = {
      ...calm,
      topology: { ...calm.topology, ...topology },
      plan: [{ kind: "machine.remove", target: "dfs1", when: { on: { event: "checkpoint.trigger" }, nth: 2 } }],
    };
    const run = await new WorldPlayer(flightsToFiles).play(played, { record: true });
    expect(run.verdict).toEqual({ kind: "passed" });
    const alarms = run.entries.filter(({ what }) => what === "service.unreachable");
    expect(alarms.map(({ detail }) => detail?.["cause"])[0]).toEqual(told);
    expect(run.entries.some(({ what }) => what === "job.finished")).toBe(told === undefined);
  },
);

test("what no restart mends is not begun again", async () => {
  const played: Case = { ...calmCase(inputRetired), plan: inputRetired.plan };
  const run = await new WorldPlayer(inputRetired).play(played, { record: true });
  const restarts = run.entries.filter(({ what }) => what === "job.restart").map(({ detail }) => detail);
  const behindTheEnd = restarts.filter(detail => String(detail?.["cause"]).includes("offset-out-of-range"));
  expect(behindTheEnd).toMatchObject([{ decision: "give-up" }]);
});
