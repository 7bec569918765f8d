import { expect, test } from "vitest";
import { scenario, service, type Fault, type Scenario } from "millrace";
import { calmCase } from "../../src/explore/case-generator.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { database, eachLineOnce, linesToDatabase } from "./own-service.ts";
import { stormsOver } from "./storms.ts";

test("an author's own service is hit by storms, and what it has committed counts once", async () => {
  const { player, cases } = await stormsOver(over({ durablePrepare: true }), "own", 12);
  const hit: string[] = [];
  for (const played of cases) {
    const run = await player.play(played);
    expect(["passed", "vacuous"]).toContain(run.verdict.kind);
    expect(run.claims["PG-1"]).toEqual({ checked: 1, violated: 0 });
    hit.push(...run.faults.filter(({ effective }) => effective).map(({ kind, target }) => `${kind} ${target}`));
  }
  expect(hit.filter(fault => fault.includes("pg"))).not.toEqual([]);
});

test("a service that loses what it said was prepared is found out by the author's claim or by its own sink", async () => {
  const power: Fault = {
    kind: "machine.power-loss",
    target: "pg",
    when: { on: { event: "checkpoint.complete", checkpoint: 2 } },
    forUs: 200_000,
  };
  const verdicts = [];
  for (const durablePrepare of [true, false]) {
    const written = over({ durablePrepare });
    const { verdict } = await new WorldPlayer(written).play({ ...calmCase(written), plan: [power] });
    verdicts.push(verdict.kind);
  }
  expect(verdicts).toEqual(["passed", "violated"]);
});

function over(options: { readonly durablePrepare: boolean }): Scenario {
  return scenario("lines-to-database", {
    why: "A sink of one's own talks to a service of one's own: both are part of the world, and each line counts once.",
    job: linesToDatabase,
    services: { pg: service("pg", database(options)) },
    input: Array.from({ length: 200 }, (_, index) => `line ${index}`),
    claims: [eachLineOnce],
  });
}
