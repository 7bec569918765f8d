import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import type { Oracle, OracleFold } from "../oracles/oracle.ts";
import { calmCase } from "./case-generator.ts";
import { Misuse } from "./misuse.ts";
import { scenario } from "./scenario.ts";
import { signatureOf } from "./signature.ts";
import { WorldPlayer } from "./world-player.ts";

test("what holds is passed, and an error of our own when the run is judged breaks that case alone", async () => {
  const player = playerWith({ end: () => fail("end") });
  const { verdict } = await player.play(player.calm);
  expect(verdict).toMatchObject({ kind: "broken" });
  expect(verdict).toHaveProperty("reason", expect.stringMatching(/end gave way\n +at .*world-player\.test\.ts/));
  expect(signatureOf(verdict)).toBe("broken@Millrace itself failed while it played this case");
  const sound = playerWith({});
  expect((await sound.play(sound.calm)).verdict).toEqual({ kind: "passed" });
});

test("an error of our own in the middle of a run breaks it, and the stack says where", async () => {
  const player = playerWith({ on: () => fail("on") });
  const { verdict } = await player.play(player.calm);
  expect(verdict).toMatchObject({ kind: "broken" });
  expect(verdict).toHaveProperty("reason", expect.stringMatching(/on gave way\n +at .*world-player\.test\.ts/));
});

test("an error before the first event breaks the case too", async () => {
  const player = playerWith({ begin: () => fail("begin") });
  expect((await player.play(player.calm)).verdict).toHaveProperty("reason", expect.stringContaining("begin gave way"));
});

test("an author's mistake is no error of ours: it is thrown", async () => {
  const player = playerWith({});
  const unread = { ...player.calm.input, nobody: { kind: "values", values: [] } } as const;
  await expect(player.play({ ...player.calm, input: unread })).rejects.toThrow(Misuse);
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
