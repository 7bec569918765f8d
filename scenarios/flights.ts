import { dataset, scenario } from "millrace";
import { airportDelays } from "./jobs/airport-delays.ts";
import { lateFlights } from "./jobs/late-flights.ts";

export const flightsToFiles = scenario("flights-to-files", {
  why: "General processing on real flights: files appear when their epoch is committed, each result in exactly one of them.",
  job: airportDelays,
  input: { flights: dataset("flights", { to: 300 }) },
});

export const powerLossBeforeCommit = scenario("power-loss-before-commit", {
  why: "The worker that holds pending files loses power between the checkpoint and its commit: the next attempt commits them.",
  job: airportDelays,
  input: { flights: dataset("flights", { to: 300 }) },
  plan: on => [on.checkpoint(2).completed().powerLoss("tm0", { forMs: 800 })],
});

export const partLostOnItsWay = scenario("part-lost-on-its-way", {
  why: "A worker reaches no storage node while it prepares its files, and loses power when the checkpoint is complete: what it said that it had prepared is there.",
  job: lateFlights,
  cluster: { workers: 2, slotsPerWorker: 1, parallelism: 2, partitions: 2 },
  knobs: { recordCostUs: 10_000 },
  input: { flights: dataset("flights", { to: 300 }) },
  plan: on => [
    on.checkpoint(2).triggered().cut("tm1>dfs0,dfs1,dfs2", { forMs: 600 }),
    on.checkpoint(2).completed().powerLoss("tm1", { forMs: 800 }),
  ],
});
