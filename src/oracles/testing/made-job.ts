import { job } from "../../runtime/api/job.ts";
import type { Sink } from "../../runtime/api/sink.ts";
import type { Source } from "../../runtime/api/source.ts";
import { logSink } from "../../runtime/connectors/log-sink.ts";
import { logSource } from "../../runtime/connectors/log-source.ts";

export interface Amount {
  readonly account: string;
  readonly cents: number;
}

/** The job of histories that are made by hand: a total per account, in two vertices of two subtasks. */
export const totals = job("totals", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(source(), "amounts")
    .keyBy(amount => amount.account)
    .reduce((sum, amount) => ({ account: sum.account, cents: sum.cents + amount.cents }))
    .name("total")
    .sinkTo(sink());
});

/** The faces of the log connectors that a reference needs. */
function source(): Source<Amount> {
  return logSource<Amount>({ topic: "amounts", bounded: true });
}

function sink(): Sink<Amount> {
  return logSink<Amount>({ topic: "totals", key: amount => amount.account });
}
