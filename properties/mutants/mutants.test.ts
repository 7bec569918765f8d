import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { plant } from "../../src/explore/mutant/mutant.ts";
import { builtInOracles } from "../../src/oracles/suite.ts";
import { allMutants } from "./all-mutants.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

test.each(allMutants.map(mutant => [mutant.name, mutant] as const))(
  "%s applies to the build in exactly one place",
  (_, mutant) => {
    const file = join(root, mutant.file);
    expect(existsSync(file), `${mutant.file} is not built; npm run build`).toBe(true);
    const source = readFileSync(file, "utf8");
    expect(plant(mutant, source)).not.toBe(source);
  },
);

test("names are unique", () => {
  expect(new Set(allMutants.map(mutant => mutant.name)).size).toBe(allMutants.length);
});

test("some claim of each mutant is judged in every run", () => {
  const judged = new Set(builtInOracles.map(oracle => oracle.id));
  expect(
    allMutants.filter(({ claims }) => !claims.some(claim => judged.has(claim))).map(mutant => mutant.name),
  ).toEqual([]);
});
