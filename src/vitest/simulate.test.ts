import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { spendingUnderStorm } from "../../scenarios/spending.ts";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { scenario } from "../explore/scenario.ts";
import { simulate } from "./index.ts";

simulate("a scenario is a test of its own", wordsUnderStorm, { runs: 4, minRuns: 1 });

simulate.each([wordsUnderStorm])("scenarios of a list are tests by their names", { runs: 2, minRuns: 1 });

const waitsForNothing = scenario("waits-for-nothing", {
  why: "Its second fault waits for a checkpoint that this short job never takes.",
  job: wordsUnderStorm.job,
  input: { lines: ["a b"] },
  plan: on => [on.atMs(200).pause("tm0", { forMs: 20 }), on.checkpoint(900).completed().kill("tm0")],
});
const warned = vi.spyOn(console, "warn");

simulate("a green test is told of a fault that never fired", waitsForNothing, { runs: 2, minRuns: 1 });

simulate("a green test is told what its claims could not judge", spendingUnderStorm, { runs: 2, minRuns: 1 });

test("it was, and of no other", () => {
  expect(warned.mock.calls.flat()).toEqual([
    expect.stringMatching(
      /^millrace: never fired: waits-for-nothing, plan\[1\]: proc\.kill .*; nothing matched it in 2 cases$/,
    ),
    expect.stringMatching(/^millrace: not judged: SK-1 of spending-under-storm: .* timers .* \(in all of 2 cases\)$/),
  ]);
});

/** Failing tests can only be looked at from outside: a vitest of its own, in a folder of its own. */
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder = "";
/** The failure file that the failing test leaves, below `reports`. */
let written: string | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(root, "reports/vitest-"));
  writeFileSync(
    join(folder, "vitest.config.ts"),
    `const conditions = ["millrace-source"];
export default { resolve: { conditions }, ssr: { resolve: { conditions } }, test: { execArgv: ["--conditions=millrace-source"] } };
`,
  );
  writeFileSync(
    join(folder, "failing.test.ts"),
    `import { simulate } from "millrace/vitest";
import { scenario } from "millrace";
import { wordsUnderStorm } from "${root}/scenarios/words.ts";
const never = { id: "XX-1", sentence: "No run ever ends.", expectation: "always", wants: {},
  begin: () => ({ checked: 1, on: () => undefined, end: () => [{ claim: "XX-1", where: "job", message: "the run has ended" }] }) };
const broken = scenario("never-ends", { why: "A claim that no run can keep.", job: wordsUnderStorm.job, input: { lines: ["a b"] }, claims: [never] });
const sometimes = { id: "XX-2", sentence: "It happens, in one case or another.", expectation: "sometimes", wants: {},
  begin: () => ({ checked: 0, on: () => undefined, end: () => [] }) };
const unseen = scenario("unseen", { why: "What should happen once in a while is demanded.", job: wordsUnderStorm.job, input: { lines: ["a b"] }, claims: [sometimes] });
simulate("what is demanded sometimes is seen", unseen, { runs: 2, minRuns: 1 });
simulate("claims are judged", broken, { runs: 3, timeout: 40_000 });
simulate("too few runs are no proof", wordsUnderStorm, { runs: 100_000, minRuns: 90_000, timeout: 5_000 });
simulate.skip("what is left out is not played", broken);
`,
  );
  writeFileSync(
    join(folder, "only.test.ts"),
    `import { simulate } from "millrace/vitest";
import { wordsUnderStorm } from "${root}/scenarios/words.ts";
simulate.only("one alone is played", wordsUnderStorm, { runs: 1, minRuns: 1 });
simulate("not beside it", wordsUnderStorm, { runs: 100_000, minRuns: 90_000, timeout: 2_000 });
`,
  );
  // A case that is really out of its five million events would take a minute.
  writeFileSync(
    join(folder, "exhausted.test.ts"),
    `import { vi } from "vitest";
import { simulate } from "millrace/vitest";
import { WorldPlayer } from "${root}/src/explore/world-player.ts";
import { wordsUnderStorm } from "${root}/scenarios/words.ts";
Object.assign(process.env, { MILLRACE_SEED: "of the environment", MILLRACE_RUNS: "2" });
const { play } = WorldPlayer.prototype;
vi.spyOn(WorldPlayer.prototype, "play").mockImplementation(async function (...played) {
  return { ...(await play.apply(this, played)), verdict: { kind: "exhausted", reason: "out of events" } };
});
simulate("cases without an end are no proof", wordsUnderStorm, { runs: 3, minRuns: 1, seed: "its own" });
`,
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  if (written !== undefined) rmSync(dirname(join(root, "reports", written)), { recursive: true });
});

test("a violated claim fails with its plan and its replay, too few runs and exhausted ones fail too, and others are left out", () => {
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--no-file-parallelism",
      "--allowOnly",
      "--reporter=json",
      "--root",
      folder,
    ],
    {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", VITEST: undefined, MILLRACE_REPLAY: undefined, MILLRACE_SEED: undefined },
    },
  );
  const report = JSON.parse(stdout.slice(stdout.indexOf('{"numTotal'))) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  };
  const statuses = Object.fromEntries(
    report.testResults.flatMap(file => file.assertionResults.map(one => [one.title, one.status])),
  );
  const messages = Object.fromEntries(
    report.testResults.flatMap(file => file.assertionResults.map(one => [one.title, one.failureMessages.join("\n")])),
  );
  expect(messages["one alone is played"]).toBe("");
  expect(statuses).toEqual({
    "what is demanded sometimes is seen": "failed",
    "claims are judged": "failed",
    "too few runs are no proof": "failed",
    "what is left out is not played": "skipped",
    "cases without an end are no proof": "failed",
    "one alone is played": "passed",
    "not beside it": "skipped",
  });
  expect(messages["what is demanded sometimes is seen"]).toContain(
    "XX-2: demanded at least once, and none of 2 cases has seen it",
  );
  expect(messages["claims are judged"]).toContain("XX-1@job in case 0 of seed claims are judged: the run has ended");
  expect(messages["claims are judged"]).toContain("No fault is needed for it.");
  expect(messages["claims are judged"]).toMatch(/Again: npx millrace replay .*never-ends-[0-9a-f]{8}\/case\.json/);
  written = /reports\/(failures\/never-ends-[0-9a-f]{8}\/case\.json)/.exec(messages["claims are judged"] ?? "")?.[1];
  expect(messages["too few runs are no proof"]).toMatch(
    /Only \d+ of 100000 runs in 4000 ms; at least 90000 are wanted/,
  );
  // Seed and runs are not the test's own: the environment has overridden them.
  expect(messages["cases without an end are no proof"]).toContain(
    "2 of 2 cases ran out of their budget of events (seed of the environment): neither held nor failed.",
  );
});
