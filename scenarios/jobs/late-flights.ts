import { fileSink, job, jsonLines, logSource } from "millrace";
import type { Flight } from "./airport-delays.ts";

/** Flights that arrived late, as they come: no operator has state, so that a checkpoint is as fast as its slowest file. */
export const lateFlights = job("late-flights", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Flight>({ topic: "flights", bounded: true }), "flights")
    .filter(flight => flight.delay > 0)
    .name("late")
    .sinkTo(fileSink({ path: "dfs:///late-flights", format: jsonLines({ origin: true }) }));
});
