import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { attempts } from "../oracles/failover/fo-4-limits-are-exact.ts";
import type { Oracle, OracleFold } from "../oracles/oracle.ts";
import { calmCase } from "./case-generator.ts";
import type { Case } from "../world/case.ts";
import { Misuse } from "./misuse.ts";
import { scenario } from "./scenario.ts";
import { signatureOf } from "./signature.ts";
import { WorldPlayer } from "./world-player.ts";
import { job } from "../runtime/api/job.ts";
import type { ValueState } from "../runtime/api/state.ts";
import { logSink } from "../runtime/connectors/log-sink.ts";
import { logSource } from "../runtime/connectors/log-source.ts";

test("what holds is passed", async () => {
  const sound = playerWith({});
  expect((await sound.play(sound.calm)).verdict).toEqual({ kind: "passed" });
});

test.each(["begin", "on", "end"] as const)(
  "a claim whose %s throws breaks the case, and is told by name and line",
  async where => {
    const player = playerWith({ [where]: () => fail(where) });
    const { verdict } = await player.play(player.calm);
    expect(verdict).toMatchObject({ kind: "broken" });
    const told = new RegExp(
      `^the claim XX-1 gave way while it judged this case: TypeError: ${where} gave way\\n +at .*world-player\\.test\\.ts`,
    );
    expect(verdict).toHaveProperty("reason", expect.stringMatching(told));
    expect(signatureOf(verdict)).toBe("broken@the claim XX-# gave way while it judged this case");
  },
);

test("a count that cannot be read is the claim's failure, too", async () => {
  const broken = {
    on: () => undefined,
    end: () => [],
    get checked(): number {
      return fail("checked");
    },
  };
  const player = playerWith({ begin: () => broken });
  const { verdict } = await player.play(player.calm);
  expect(verdict).toHaveProperty(
    "reason",
    expect.stringContaining("the claim XX-1 gave way while it judged this case: TypeError: checked"),
  );
});

test("an error of our own breaks that case alone, and is told as ours", async () => {
  const player = playerWith({});
  // No case comes so far without settings: this stands for a mistake of ours.
  const impossible = { ...player.calm, knobs: undefined } as unknown as Case;
  const { verdict } = await player.play(impossible);
  expect(signatureOf(verdict)).toBe("broken@Millrace itself failed while it played this case");
  expect(verdict).toHaveProperty("reason", expect.stringMatching(/TypeError: .*\n +at /));
});

test("an author's mistake is no error of ours: it is thrown", async () => {
  const player = playerWith({});
  const unread = { ...player.calm.input, nobody: { kind: "values", values: [] } } as const;
  await expect(player.play({ ...player.calm, input: unread })).rejects.toThrow(Misuse);
});

test("a search for an order that gave up is told, with the operator", async () => {
  const silent = scenario("seldom-speaks", {
    why: "One record in thirty is witnessed; the others of its key may have come in more orders than anybody can try.",
    job: seldomSpeaks,
    cluster: { partitions: 6 },
    input: { numbers: Array.from({ length: 60 }, (_, i) => i) },
  });
  const { verdict, claims } = await new WorldPlayer(silent).play(calmCase(silent));
  expect(verdict).toEqual({ kind: "passed" });
  expect(claims["SK-1"]).toMatchObject({ checked: 0, notJudged: expect.stringContaining("at mix: ") as string });
});

test("what a claim says that it could not judge is told of an author's, too", async () => {
  const player = playerWith({ notJudged: "it was too dark" });
  const { claims } = await player.play(player.calm);
  expect(claims["XX-1"]).toEqual({ checked: 1, violated: 0, notJudged: "it was too dark" });
  expect(claims["SK-1"]).not.toHaveProperty("notJudged");
});

test.each([
  [1, "violated"],
  [2, "passed"],
] as const)("a job with one restart that fails behind %d effective faults is %s", async (faults, kind) => {
  const failing = scenario("fails-by-itself", {
    why: "Each fault takes one restart, and the one behind the last is owed an end; what a job fails for on its own is not.",
    job: chokesOn13,
    cluster: { partitions: 1 },
    knobs: { restartsMax: 1 },
    input: { numbers: Array.from({ length: 20 }, (_, i) => i) },
    plan: on => [on.firstRecord().failTask("sum[0]"), on.firstRecord().nth(2).failTask("sum[0]")].slice(0, faults),
  });
  const { verdict, faults: ledger } = await new WorldPlayer(failing).play({ ...calmCase(failing), plan: failing.plan });
  expect(ledger.filter(({ effective }) => effective)).toHaveLength(faults);
  expect(verdict).toMatchObject(kind === "passed" ? { kind } : { kind, violation: { claim: "FO-5", where: "job" } });
});

test("how often a job must begin is owed by the scenario's own case, and not by one with less input", async () => {
  const begunTwice = scenario("begun-twice", {
    why: "What goes wrong behind many records may not come behind few: that is no restart that is missing.",
    job: wordsUnderStorm.job,
    input: { lines: ["one word", "another", "a third"] },
    plan: on => [on.checkpoint(99).completed().failTask("count[0]")],
    claims: [attempts({ least: 2 })],
  });
  const player = new WorldPlayer(begunTwice);
  const whole = { ...calmCase(begunTwice), plan: begunTwice.plan };
  expect((await player.play(whole)).verdict).toMatchObject({ kind: "violated", violation: { claim: "FO-4" } });
  const cut = { ...whole, input: { lines: { kind: "values", values: ["one word", "another"] } } } as const;
  expect((await player.play(cut)).verdict).toEqual({ kind: "vacuous" });
});

/** In its state, so that the reference does not say which record nobody gets past. */
const chokesOn13 = job("chokes-on-13", env => {
  env.enableCheckpointing(100);
  env
    .fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers")
    .keyBy(number => `${number % 3}`)
    .reduce((sum, number) => (number === 13 ? fail("13") : sum + number))
    .name("sum")
    .sinkTo(logSink({ topic: "sums" }));
});

/** Folds all numbers in the order in which they come, and says every thirtieth time what it has come to. */
const seldomSpeaks = job("seldom-speaks", env => {
  let mixed: ValueState<readonly [number, number]>;
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers")
    .keyBy(() => "all")
    .process({
      open: context => void (mixed = context.valueState("mixed")),
      process(number, _context, out) {
        const [count, sum] = mixed.value() ?? [0, 0];
        const next = [count + 1, (sum * 31 + number) % 1_000_003] as const;
        mixed.update(next);
        if (next[0] % 30 === 0) out.collect(next[1]);
      },
    })
    .name("mix")
    .sinkTo(logSink({ topic: "mixed" }));
});

function playerWith({ begin, ...fold }: Partial<OracleFold> & { readonly begin?: () => OracleFold }) {
  const claim: Oracle = {
    id: "XX-1",
    sentence: "A claim whose fold may give way.",
    expectation: "always",
    wants: { disks: ["coord"] },
    begin: begin ?? (() => ({ checked: 1, on: () => undefined, end: () => [], ...fold })),
  };
  const one = scenario("gives-way", {
    why: "An error of our own must not end a campaign.",
    job: wordsUnderStorm.job,
    input: { lines: ["one word", "another"] },
    claims: [claim],
  });
  return Object.assign(new WorldPlayer(one), { calm: calmCase(one) });
}

function fail(where: string): never {
  throw new TypeError(`${where} gave way`);
}
