import { expect, test } from "vitest";
import { scenario, service, type Fault, type Scenario } from "millrace";
import { calmCase } from "../../src/explore/case-generator.ts";
import { planOn } from "../../src/explore/plan.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { database, eachLineOnce, linesToDatabase, type DatabaseOptions } from "./own-service.ts";
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

test("a commit of a service of one's own whose answer is lost is asked again, and a service that forgot it is found out", async () => {
  const lost = planOn.checkpoint(2).completed().loseReply("pg.commit", "pg", { forMs: 2_000, times: 1 });
  const verdicts = [];
  for (const forgetsCommits of [false, true]) {
    const written = over({ durablePrepare: true, forgetsCommits });
    const { verdict, faults } = await new WorldPlayer(written).play({ ...calmCase(written), plan: [lost] });
    expect(faults[0]).toMatchObject({ effective: true });
    verdicts.push(verdict.kind);
  }
  expect(verdicts).toEqual(["passed", "violated"]);
});

test("behind its last commit a job has use of nobody but its leader and its storage, which clean up after it", async () => {
  const written = over({ durablePrepare: true });
  const effective: Record<string, boolean> = {};
  for (const target of ["jm0", "dfs0", "coord", "pg", "broker", "tm0"]) {
    const kill: Fault = { kind: "proc.kill", target, when: { on: { event: "job.finished" } }, forUs: 300_000 };
    const { faults } = await new WorldPlayer(written).play({ ...calmCase(written), plan: [kill] });
    expect(faults[0]).toMatchObject({ fired: true });
    effective[target] = faults[0]!.effective;
  }
  expect(effective).toEqual({ jm0: true, dfs0: true, coord: true, pg: false, broker: false, tm0: false });
});

function over(options: DatabaseOptions): Scenario {
  return scenario("lines-to-database", {
    why: "A sink of one's own talks to a service of one's own: both are part of the world, and each line counts once.",
    job: linesToDatabase,
    services: { pg: service("pg", database(options)) },
    input: Array.from({ length: 200 }, (_, index) => `line ${index}`),
    claims: [eachLineOnce],
  });
}
