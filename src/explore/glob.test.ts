import { expect, test } from "vitest";
import { fitsGlob } from "./glob.ts";

test.each([
  ["scenarios/a.ts", "scenarios/**/*.ts", true],
  ["scenarios/deep/er/a.ts", "scenarios/**/*.ts", true],
  ["scenarios/a.js", "scenarios/**/*.ts", false],
  ["other/a.ts", "scenarios/**/*.ts", false],
  ["crash-between-acks", "crash-*", true],
  ["a.ts", "a?ts", true],
  ["axts", "a.ts", false],
  ["beta", "{alpha,beta}", true],
])("%s against %s is %s", (text, glob, fits) => {
  expect(fitsGlob(text, glob)).toBe(fits);
});
