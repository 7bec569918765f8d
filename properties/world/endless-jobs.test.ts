import { expect, test } from "vitest";
import { endlessUnderStorm } from "../../scenarios/streams-and-bursts.ts";
import type { EndlessTotal } from "../../scenarios/jobs/endless-totals.ts";
import { calmCase } from "../../src/explore/case-generator.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { committedOutput, job, logSink, type Source } from "../../src/index.ts";
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
