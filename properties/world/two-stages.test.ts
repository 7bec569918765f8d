import { expect, test } from "vitest";
import { payments, type Payment } from "../../scenarios/data/payments.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { job, logSink, logSource } from "../../src/index.ts";
import { stormsOver } from "./storms.ts";

interface Sum {
  readonly account: string;
  readonly cents: number;
}

/** A total for each account, and of these the running sums of each ten of accounts. */
const twoStages = (everyOther: boolean) =>
  scenario("two-stages", {
    why: "A keyed operator behind another one: whatever crashes, each payment goes through both once.",
    job: job("two-stages", env => {
      env.enableCheckpointing(1000);
      const totals = env
        .fromSource(logSource<Payment>({ topic: "payments", bounded: true }), "payments")
        .map(({ account, amountCents }): Sum => ({ account, cents: amountCents }))
        .keyBy(({ account }) => account)
        .reduce((sum, one) => ({ account: sum.account, cents: sum.cents + one.cents }))
        .name("total");
      (everyOther ? totals.filter(({ cents }) => cents % 2 === 0) : totals)
        .keyBy(({ account }) => account.slice(-1))
        .reduce((sum, one) => ({ account: sum.account, cents: sum.cents + one.cents }))
        .name("ten")
        .sinkTo(logSink({ topic: "tens" }));
    }),
    input: { payments: payments(150) },
  });

test("each input of a job in two keyed stages is counted, and what is not compared is told", async () => {
  const { player, cases } = await stormsOver(twoStages(false), "a", 12);
  for (const played of cases) {
    const { verdict, claims } = await player.play(played);
    expect(["passed", "vacuous"]).toContain(verdict.kind);
    expect(claims["SK-1"]).toEqual({
      checked: 1,
      violated: 0,
      notJudged:
        "ten is keyed behind total, which is keyed too: each input is counted, and its results are not compared",
    });
  }
});

test("where a filter stands between them nothing is counted, and both reasons are told", async () => {
  const filtered = twoStages(true);
  const { verdict, claims } = await new WorldPlayer(filtered).play(calmCase(filtered));
  expect(verdict).toEqual({ kind: "passed" });
  expect(claims["SK-1"]).toMatchObject({
    checked: 0,
    notJudged: expect.stringMatching(/^ten is keyed behind total, .*, and how many records filter makes /) as string,
  });
});
