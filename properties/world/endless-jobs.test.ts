import { expect, test } from "vitest";
import { endlessUnderStorm } from "../../scenarios/streams-and-bursts.ts";
import { payments, type Payment } from "../../scenarios/data/payments.ts";
import type { EndlessTotal } from "../../scenarios/jobs/endless-totals.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { committedOutput, job, logSink, type Oracle, type Source } from "../../src/index.ts";
import { logSource } from "../../src/runtime/connectors/log-source.ts";
import { stormsOver } from "./storms.ts";

test("a job without an end is over when all of its input is committed, and its output is judged as a whole", async () => {
  const { player, cases } = await stormsOver(endlessUnderStorm, "a", 20);
  for (const played of cases) {
    const { verdict, claims, simulatedMs } = await player.play(played);
    expect(["passed", "vacuous"]).toContain(verdict.kind);
    expect(claims["SK-1"]!.checked).toBeGreaterThan(0);
    expect(claims["SK-1"]).not.toHaveProperty("notJudged");
    expect(simulatedMs).toBeLessThan(40_000);
  }
});

test("an author's claim is shown all of its output, and may find fault with it", async () => {
  const { job: endless, input } = endlessUnderStorm;
  const under = (holds: (totals: readonly EndlessTotal[]) => string | undefined) =>
    scenario("endless", {
      why: "A claim about committed output is judged when all of the input has taken effect.",
      job: endless,
      input,
      claims: [
        committedOutput({
          topic: "totals",
          sentence: "Each payment has a total.",
          holds: committed => holds(committed as readonly EndlessTotal[]),
        }),
      ],
    });
  const whole = under(totals => (totals.length === 200 ? undefined : `${totals.length} totals`));
  expect((await new WorldPlayer(whole).play(calmCase(whole))).verdict).toEqual({ kind: "passed" });
  const none = under(totals => `${totals.length} totals`);
  expect((await new WorldPlayer(none).play(calmCase(none))).verdict).toMatchObject({
    kind: "violated",
    violation: { message: "200 totals" },
  });
});

test.each([
  ["nothing takes", 0],
  ["others take", 50],
])(
  "where %s the place of input that is lost before it is read, what stands there is what is owed",
  async (_, refill) => {
    let ended: string | undefined;
    const end: Oracle = {
      id: "END",
      sentence: "The job reads on, and is through in the end.",
      expectation: "eventually",
      wants: {},
      begin: () => ({ checked: 1, on: () => undefined, end: final => ((ended = final.job), []) }),
    };
    const cut = scenario("endless-cut", {
      why: "The tail of a topic is lost before it is read: a log says so to nobody who has not come that far.",
      job: job("endless-cut", env => {
        env.enableCheckpointing(1000);
        env
          .fromSource(logSource<Payment>({ topic: "payments", recordsPerFetch: 5 }), "payments")
          .map(({ account, amountCents }) => ({ account, cents: amountCents }))
          .sinkTo(logSink({ topic: "copies" }));
      }),
      input: { payments: payments(200) },
      cluster: { partitions: 1 },
      claims: [end],
      plan: on => [on.checkpoint(1).completed().truncateLog({ drop: 30, refill })],
    });
    const { verdict, claims, faults } = await new WorldPlayer(cut).play({ ...calmCase(cut), plan: cut.plan });
    expect(faults).toMatchObject([{ kind: "broker.truncate", effective: true }]);
    expect(verdict).toEqual({ kind: "passed" });
    expect(ended).toBe("drained");
    expect(claims["SK-1"]!.checked).toBeGreaterThan(0);
  },
);

test("of a source that is no log nobody knows when it is drained, and who is stuck with it is told so", async () => {
  const log = logSource<number>({ topic: "numbers" });
  const own: Source<number> = { ...log, kind: "test/own" };
  const under = scenario("endless-own", {
    why: "Nothing but a log says how much there is to read.",
    job: job("endless-own", env => {
      env.enableCheckpointing(1000);
      env.fromSource(own, "numbers").sinkTo(logSink({ topic: "copies" }));
    }),
    input: { numbers: [1, 2, 3] },
  });
  expect((await new WorldPlayer(under).play(calmCase(under))).verdict).toMatchObject({
    kind: "stuck",
    blame: expect.stringMatching(
      /^no checkpoint with all of the input \(which is known of log sources alone\)/,
    ) as string,
  });
});
