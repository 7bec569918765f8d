import { expect, test } from "vitest";
import { calmCase } from "../../src/explore/case-generator.ts";
import { scenario } from "../../src/explore/scenario.ts";
import { WorldPlayer } from "../../src/explore/world-player.ts";
import { job } from "../../src/runtime/api/job.ts";
import { logSink } from "../../src/runtime/connectors/log-sink.ts";
import { logSource } from "../../src/runtime/connectors/log-source.ts";

/** A first job often takes no checkpoints: its sinks commit at the end of the input, and nothing brings it back from there. */
const copy = job("copy", env => {
  env
    .fromSource(logSource<number>({ topic: "in", bounded: true }), "in")
    .map(one => one)
    .sinkTo(logSink({ topic: "out" }));
});

const unchecked = scenario("unchecked", {
  why: "A job without checkpoints commits once, at its end.",
  job: copy,
  input: { in: Array.from({ length: 60 }, (_, i) => i) },
  plan: on => [on.event("sink.commit").kill("jm0", { forMs: 200 })],
});
const player = new WorldPlayer(unchecked);

test("what it commits at its end is judged by its records, and not by checkpoints that it never takes", async () => {
  const { verdict, claims } = await player.play(calmCase(unchecked));
  expect(verdict.kind).toBe("passed");
  expect(claims["SK-1"]!.checked).toBeGreaterThan(0);
  for (const id of ["SK-2", "SK-5"]) expect(claims[id]!.notJudged).toMatch(/^the job takes no checkpoints /);
});

test("one that would begin again behind its commits fails, and says what it lacks", async () => {
  let cause = "";
  const run = await player.play(
    { ...calmCase(unchecked), plan: unchecked.plan },
    {
      record: true,
      onEntry({ what, detail }) {
        if (what === "job.failed") cause = JSON.stringify(detail);
      },
    },
  );
  expect(run.verdict).toMatchObject({ kind: "violated", violation: { claim: "FO-5" } });
  expect(cause).toContain("or the job takes none (env.enableCheckpointing)");
});
