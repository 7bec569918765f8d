import { expect, test } from "vitest";
import { calmCase } from "../../src/explore/case-generator.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { job } from "../../src/runtime/api/job.ts";
import { logSink } from "../../src/runtime/connectors/log-sink.ts";
import { logSource } from "../../src/runtime/connectors/log-source.ts";

interface Order {
  readonly customer: string;
  readonly cents: number;
}

/** A record that the job's own code cannot get past is the job's failure, told by place: neither ours nor a storm's. */
const readers = {
  map: (order: Order): Order => readable(order),
  reduce: (sum: Order, order: Order): Order => ({ ...sum, cents: sum.cents + readable(order).cents }),
} as const;

test.each(["map", "reduce"] as const)("a job whose %s throws on a record fails by its name", async where => {
  const reading = job("reading", env => {
    env.enableCheckpointing(100);
    env
      .fromSource(logSource<Order>({ topic: "orders", bounded: true }), "orders")
      .map(where === "map" ? readers.map : order => order)
      .name("read")
      .keyBy(order => order.customer)
      .reduce(where === "reduce" ? readers.reduce : (sum, order) => ({ ...sum, cents: sum.cents + order.cents }))
      .name("sum")
      .sinkTo(logSink({ topic: "sums", key: order => order.customer }));
  });
  const poisoned = scenario("poisoned", {
    why: "One record that the job cannot read.",
    job: reading,
    input: { orders: Array.from({ length: 20 }, (_, i): Order => ({ customer: `c${i % 3}`, cents: i })) },
    cluster: { partitions: 1 },
    knobs: { restartsMax: 3 },
  });
  const { verdict } = await new WorldPlayer(poisoned).play(calmCase(poisoned));
  const expected =
    where === "map"
      ? { where: "read", message: "no restart helps: read throws on orders/0@13: Error: 13 cents" }
      : // In another order of its inputs a fold might not throw: the reference does not say.
        { where: "job", message: "the job failed: sum[0]#4 failed: Error: 13 cents; 3 restarts are used up" };
  expect(verdict).toEqual({ kind: "violated", violation: { claim: "FO-5", ...expected } });
});

function readable(order: Order): Order {
  if (order.cents === 13) throw new Error("13 cents");
  return order;
}
