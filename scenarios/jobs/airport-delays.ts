import { fileSink, job, jsonLines, logSource } from "millrace";

export interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export interface AirportDelay {
  readonly airport: string;
  readonly flights: number;
  readonly delayMinutes: number;
  readonly worstMinutes: number;
}

/** General processing: arrivals, total and worst delay of each airport, into files that appear when their epoch is committed. */
export const airportDelays = job(
  "airport-delays",
  (env, params: { readonly path?: string; readonly intervalMs?: number }) => {
    env.enableCheckpointing(params.intervalMs ?? 1000);
    env
      .fromSource(logSource<Flight>({ topic: "flights", bounded: true }), "flights")
      .map((flight): AirportDelay => ({
        airport: flight.destination,
        flights: 1,
        delayMinutes: flight.delay,
        worstMinutes: flight.delay,
      }))
      .name("arrival")
      .keyBy(arrival => arrival.airport)
      .reduce((sum, one) => ({
        airport: sum.airport,
        flights: sum.flights + one.flights,
        delayMinutes: sum.delayMinutes + one.delayMinutes,
        worstMinutes: Math.max(sum.worstMinutes, one.worstMinutes),
      }))
      .name("delays")
      .sinkTo(fileSink({ path: params.path ?? "dfs:///airport-delays", format: jsonLines({ origin: true }) }));
  },
);
