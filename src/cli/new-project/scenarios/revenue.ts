import { scenario, service, type Oracle } from "millrace";
import { revenue, type Order, type Revenue } from "../jobs/revenue.ts";
import { committedEntries, ledgerMain } from "../ledger/ledger-service.ts";

const orders: readonly Order[] = Array.from({ length: 120 }, (_, i) => ({
  customer: `customer-${i % 7}`,
  cents: 100 + i,
}));

/** The claim about the ledger, judged on what its disk holds and not on what anybody says. */
const eachOrderOnce: Oracle = {
  id: "LEDGER-1",
  sentence: "For each customer the ledger has the sums after 1, 2, 3, … orders, each once, and the last is the total.",
  expectation: "eventually",
  wants: {},
  begin: ({ durable, folder, input }) => ({
    checked: 1,
    on: () => undefined,
    end({ job }) {
      if (job !== "finished") return [];
      const committed = committedEntries(durable("ledger"), folder("ledger")) as readonly Revenue[];
      const sold = Object.values(input["orders"] ?? []).flat() as readonly Order[];
      for (const customer of new Set(sold.map(order => order.customer))) {
        const theirs = sold.filter(order => order.customer === customer);
        const sums = committed.filter(entry => entry.customer === customer);
        const expected = theirs.map((_, index) => index + 1).join(" ");
        const actual = sums.map(entry => entry.orders).join(" ");
        const message = `the ledger's sums of ${customer} are wrong`;
        if (actual !== expected) return [{ claim: "LEDGER-1", where: "ledger", message, expected, actual }];
        const total = theirs.reduce((sum, order) => sum + order.cents, 0);
        const last = sums.at(-1)?.cents;
        if (last !== total)
          return [{ claim: "LEDGER-1", where: "ledger", message, expected: `${total} cents`, actual: `${last} cents` }];
      }
      return [];
    },
  }),
};

const world = {
  job: revenue,
  services: { ledger: service("ledger", ledgerMain, { folder: "/ledger" }) },
  input: { orders },
  claims: [eachOrderOnce],
};

export const revenueUnderStorm = scenario("revenue-under-storm", {
  why: "Whatever crashes, each order counts once in the ledger.",
  ...world,
});

export const ledgerDiesBetweenPrepareAndCommit = scenario("ledger-dies-between-prepare-and-commit", {
  why: "The ledger's machine loses power when the second checkpoint is complete: what it has prepared is committed by its next life.",
  ...world,
  plan: on => [on.checkpoint(2).completed().powerLoss("ledger", { forMs: 300 })],
});

export const ledgerHasNoRoom = scenario("ledger-has-no-room", {
  why: "The ledger's disk takes a part of a line and refuses the rest: the next life reads whole lines only.",
  ...world,
  plan: on => [on.checkpoint(1).completed().disk("ledger").full({ freeBytes: 700, forMs: 1_000 })],
});
