import { job } from "../../runtime/api/job.ts";
import type { Sink } from "../../runtime/api/sink.ts";
import type { Source } from "../../runtime/api/source.ts";

export interface Amount {
  readonly account: string;
  readonly cents: number;
}

/** The job of histories that are made by hand: a total per account, in two vertices of two subtasks. */
export const totals = job("totals", env => {
  env
    .fromSource(source, "amounts")
    .keyBy(amount => amount.account)
    .reduce((sum, amount) => ({ account: sum.account, cents: sum.cents + amount.cents }))
    .name("total")
    .sinkTo(sink);
});

/** The faces of the log connectors that a reference needs: topics, and the default codec. */
const source = { kind: "log", boundedness: "bounded", topic: "amounts" } as unknown as Source<Amount>;
const sink = { kind: "log", topic: "totals" } as unknown as Sink<Amount>;
