import { expect, test } from "vitest";
import { flightsToFiles } from "../../scenarios/flights.ts";
import { paymentsUnderStorm } from "../../scenarios/payments.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import type { Fault } from "../../src/world/fault.ts";

/**
 * The coordination service loses its newest completed checkpoint in a sync that lied, and nobody lives who had seen it. What
 * was committed for that checkpoint is the only witness left: the sink that finds it must end the job by its name.
 */
const sinks = [
  { scenario: flightsToFiles, sink: "delays[0]" },
  { scenario: paymentsUnderStorm, sink: "total[0]" },
] as const;

test.each(sinks)(
  "$scenario.name: a lost checkpoint whose output is committed ends the job",
  async ({ scenario, sink }) => {
    const player = new WorldPlayer(scenario);
    const causes: string[] = [];
    for (const nth of [2, 3, 4]) {
      for (const seed of ["a", "b", "c"]) {
        const plan: readonly Fault[] = [
          { kind: "disk.sync-lies", target: "coord", when: { atUs: 0 }, forUs: 4_000_000 },
          {
            kind: "site.power-loss",
            target: "site",
            when: { on: { event: "sink.commit", subtask: sink }, nth, plusUs: 5_000 },
            forUs: 1_000_000,
          },
        ];
        const run = await player.play({ ...calmCase(scenario), seed, plan }, { record: true });
        expect(run.verdict).toEqual({ kind: "passed" });
        expect(run.claims["SK-1"]!.checked).toBeGreaterThan(0);
        const failed = run.entries.find(({ what }) => what === "job.failed");
        causes.push(String(failed?.detail?.["cause"] ?? "recovered"));
      }
    }
    expect(causes).toContainEqual(
      expect.stringMatching(/ is committed, so a checkpoint after \d+ was complete, .* is lost/),
    );
  },
);
