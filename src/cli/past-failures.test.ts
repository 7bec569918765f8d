import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { madeFailure } from "../explore/testing/made-failure.ts";
import type { Failure } from "../explore/failure-file.ts";
import type { Fault } from "../world/fault.ts";
import { millrace } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/** Failures that were found before, through the built command line, which `npm test` builds first. */
const folder = projectFolder("past");
const kept = join(folder, "scenarios/regressions");
mkdirSync(kept, { recursive: true });
const kill: Fault = { kind: "proc.kill", target: "tm0", when: { on: { event: "checkpoint.complete", checkpoint: 1 } } };
const whole = madeFailure(wordsUnderStorm, [kill]);

test("a regression case that cannot be played as it is meant is refused, and ends no campaign green", async () => {
  const gone = { ...whole.scenario, name: "gone", module: "millrace:gone" };
  const wrong: Readonly<Record<string, readonly [file: Failure, says: string]>> = {
    version: [{ ...whole, version: "9.9.9" }, "Millrace 9.9.9 wrote this file"],
    target: [changed({ plan: [{ ...kill, target: "tm99" }] }), '"case.plan.0.target" is wrong'],
    cluster: [changed({ topology: { ...whole.case.topology, workers: 1_000_000 } }), "from 1 to 1000 is wanted"],
    data: [{ ...whole, datasets: { flights: "00" } }, 'The data set "flights" has changed'],
    scenario: [{ ...whole, scenario: gone }, 'has no scenario "gone" any more'],
    module: [
      { ...whole, scenario: { ...whole.scenario, module: "scenarios/moved.ts" } },
      "The module scenarios/moved.ts does not exist",
    ],
    export: [{ ...whole, scenario: { ...whole.scenario, export: "wordsInSun" } }, 'no scenario as "wordsInSun"'],
    mutant: [{ ...whole, mutant: "sink.swallow-commit-error" }, "would pass for ever"],
  };
  for (const [name, [failure, says]] of Object.entries(wrong)) {
    const file = join(kept, `${name}.json`);
    writeFileSync(file, JSON.stringify(failure, undefined, 2));
    const { code, out, err } = await corpusOf("words-under-storm");
    expect({ name, code, out }).toEqual({ name, code: 2, out: "" });
    expect(err).toMatch(new RegExp(`^error: scenarios/regressions/${name}\\.json(:\\d+)?: .*\n$`));
    expect(err).toContain(says);
    rmSync(file);
  }
});

test("a regression case of another scenario is left to that scenario's campaign", async () => {
  writeFileSync(join(kept, "words.json"), JSON.stringify(whole, undefined, 2));
  const [own, other] = [await corpusOf("words-under-storm"), await corpusOf("payments-under-storm")];
  const storm = await millrace(
    ["explore", "words-under-storm", "--strategy", "storm", "--runs", "1", "--seed", "a", "--jobs", "1", "--json"],
    folder,
  );
  expect(JSON.parse(storm.out)).toMatchObject({ runs: 1, corpus: { played: 0 } });
  rmSync(join(kept, "words.json"));
  expect([own.code, other.code]).toEqual([0, 0]);
  expect(JSON.parse(readFileSync(join(folder, "own.json"), "utf8"))).toMatchObject({
    corpus: { played: 1, failed: 0 },
  });
  expect(other.err).not.toContain("regressions");
});

test("a mutant that nobody has is refused by its place, by `check` too", async () => {
  writeFileSync(join(folder, "mutant.json"), JSON.stringify({ ...whole, mutant: "sink.swallow" }, undefined, 2));
  for (const command of ["check", "replay"]) {
    const { code, out, err } = await millrace([command, "mutant.json"], folder);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^error: mutant\.json:\d+: "mutant" is wrong: there is no mutant "sink\.swallow"\. .*\n$/);
  }
});

test("a replay says which faults found no moment", async () => {
  const never: Fault = { kind: "proc.kill", target: "tm0", when: { atUs: 10 ** 15 } };
  writeFileSync(join(folder, "never.json"), JSON.stringify(madeFailure(wordsUnderStorm, [kill, never]), undefined, 2));
  const { err } = await millrace(["replay", "never.json"], folder);
  const lines = err.split("\n").filter(line => line.includes("proc.kill"));
  expect(lines.map(line => line.includes("never fired: its trigger never matched"))).toEqual([false, true]);
});

function changed(part: Partial<Failure["case"]>): Failure {
  return { ...whole, case: { ...whole.case, ...part } };
}

async function corpusOf(scenario: string) {
  const ended = await millrace(["explore", scenario, "--strategy", "corpus", "--jobs", "1", "--json"], folder);
  if (scenario === "words-under-storm" && ended.code === 0) writeFileSync(join(folder, "own.json"), ended.out);
  return ended;
}
