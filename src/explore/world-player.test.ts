import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import type { Oracle, OracleFold } from "../oracles/oracle.ts";
import { calmCase } from "./case-generator.ts";
import type { Case } from "../world/case.ts";
import { Misuse } from "./misuse.ts";
import { scenario } from "./scenario.ts";
import { signatureOf } from "./signature.ts";
import { WorldPlayer } from "./world-player.ts";

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
