import { expect, test } from "vitest";
import * as scenarios from "../../scenarios/zombies.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";

/** Which word each zombie says too late. That they bite planted bugs is a proof (properties/proof/zombies.ts). */
const lateWords = {
  "zombie-acknowledges": "checkpoint.acknowledge",
  "zombie-commits": "broker.commit",
  "zombie-sends": "data.records",
  "zombie-deletes": "coord.open-session",
} as const;

test.each(Object.values(scenarios).map(one => [one.name, one] as const))(
  "%s: it wakes while others do its work, says what it had in hand, and no record counts twice",
  async (name, scenario) => {
    const plan = scenario.plan!;
    const zombie = plan[0]!.target;
    const run = await new WorldPlayer(scenario).play({ ...calmCase(scenario), plan }, { record: true });
    expect(run.verdict).toEqual({ kind: "passed" });
    expect(run.recoveries).toMatchObject({ fromCheckpoint: 1, withState: 1 });
    const place = (what: string, from = 0): number => run.entries.findIndex((one, i) => i >= from && one.what === what);
    const woke = place("process.resumed");
    const successor = run.entries.find(one => one.what === "job.running" && one.detail?.["attempt"] === 2);
    expect(successor!.atUs).toBeLessThan(run.entries[woke]!.atUs);
    expect(place("job.finished")).toBeGreaterThan(woke);
    const late = run.entries.find(
      (one, i) =>
        i > woke &&
        one.owner === zombie &&
        one.what === "message.send" &&
        one.detail?.["method"] === lateWords[name as keyof typeof lateWords],
    );
    expect(late!.atUs - run.entries[woke]!.atUs).toBeLessThan(50_000);
  },
);
