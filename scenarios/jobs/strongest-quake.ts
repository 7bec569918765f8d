import { job, logSink, logSource, watermarks } from "millrace";

export interface Quake {
  readonly id: string;
  readonly atMs: number;
  readonly net: string;
  readonly magnitudeCenti: number;
  readonly place: string;
}

export interface NetworkReport {
  readonly net: string;
  readonly quakes: number;
  readonly strongestCenti: number;
  readonly strongestId: string;
}

/** General processing on a public feed: how many quakes each seismic network has reported, and the strongest of them. */
export const strongestQuake = job("strongest-quake", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(
      logSource<Quake>({ topic: "quakes", bounded: true }),
      watermarks.boundedOutOfOrderness(60_000, quake => quake.atMs),
      "quakes",
    )
    .map((quake): NetworkReport => ({
      net: quake.net,
      quakes: 1,
      strongestCenti: quake.magnitudeCenti,
      strongestId: quake.id,
    }))
    .name("report")
    .keyBy(report => report.net)
    .reduce((sum, one) => ({
      net: sum.net,
      quakes: sum.quakes + one.quakes,
      strongestCenti: Math.max(sum.strongestCenti, one.strongestCenti),
      strongestId: one.strongestCenti > sum.strongestCenti ? one.strongestId : sum.strongestId,
    }))
    .name("strongest")
    .sinkTo(logSink({ topic: "reports", guarantee: "exactly-once", key: report => report.net }));
});
