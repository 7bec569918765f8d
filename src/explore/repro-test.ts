import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Failure } from "./failure-file.ts";

/**
 * `repro.test.ts` beside a failure file: a vitest test that plays the case and fails as long as the bug is there. A bundled
 * scenario needs nothing but the installed package; an author's is imported from its module.
 */
export function writeRepro(folder: string, failure: Failure, root: string): void {
  // Found by a test that wrote its scenario itself: to import that module is to declare its tests.
  if (/\.test\.[cm]?[jt]s$/.test(failure.scenario.module)) return;
  writeFileSync(join(folder, "repro.test.ts"), reproOf(failure, relative(folder, root)));
}

/** `toRoot`: the way from the test's folder to the project's root, against which modules are named. */
export function reproOf({ scenario, signature, message, mutant }: Failure, toRoot: string): string {
  const bundled = scenario.module.startsWith("millrace:");
  const where = `${toRoot.split("\\").join("/")}/${scenario.module}`;
  const author = bundled ? "" : `import * as author from ${JSON.stringify(where)};\n`;
  const played = bundled ? JSON.stringify(scenario.module) : "author";
  const planted =
    mutant === null
      ? ""
      : `// It was found with the planted bug ${mutant}, which this test does not plant: it passes.\n`;
  return `import { fileURLToPath } from "node:url";
import { replayed } from "millrace/vitest";
import { expect, test } from "vitest";
${author}
// ${message.split("\n", 1)[0]!}
${planted}test(${JSON.stringify(`${signature} does not happen again in ${scenario.name}`)}, { timeout: 60_000 }, async () => {
  const file = fileURLToPath(new URL("./case.json", import.meta.url));
  expect(await replayed(file, ${played})).toMatchObject({ outcome: "passes" });
});
`;
}
