import { dataset, scenario } from "millrace";
import { airportDelays } from "./jobs/airport-delays.ts";

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
