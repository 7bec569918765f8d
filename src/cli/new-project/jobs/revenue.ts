import { job, logSource } from "millrace";
import { ledgerSink } from "../ledger/ledger-sink.ts";

export interface Order {
  readonly customer: string;
  readonly cents: number;
}

/** What one customer has bought so far. */
export interface Revenue {
  readonly customer: string;
  readonly orders: number;
  readonly cents: number;
}

/** A running sum for each customer, from a topic of orders into a ledger that is not part of Millrace. */
export const revenue = job("revenue", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Order>({ topic: "orders", bounded: true }), "orders")
    .map((order): Revenue => ({ ...order, orders: 1 }))
    .keyBy(sum => sum.customer)
    .reduce((sum, next) => ({
      customer: sum.customer,
      orders: sum.orders + next.orders,
      cents: sum.cents + next.cents,
    }))
    .name("sum")
    .sinkTo(ledgerSink<Revenue>("ledger:rpc"))
    .name("ledger");
});
