import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Failure } from "../explore/failure-file.ts";
import { builtCommand, millrace as inFolder, type Ended } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/** What a found failure is good for, through the built command line: replay, show, debug, refuse. `npm test` builds first. */
const folder = projectFolder("failures");

const millrace = (...args: string[]): Promise<Ended> => inFolder(args, folder);

interface Found {
  readonly id: string;
  readonly file: string;
}

let found: Promise<Found> | undefined;

/** A failure file of this project, found by a real campaign over a scenario that cannot hold; the first who asks plays it. */
function foundFailure(): Promise<Found> {
  return (found ??= exploreNeverEnds());
}

async function exploreNeverEnds(): Promise<Found> {
  writeFileSync(
    join(folder, "scenarios/never.ts"),
    `import { job, logSink, logSource, scenario } from "millrace";
const copy = job("copy", env => {
  env.enableCheckpointing(100);
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers").sinkTo(logSink({ topic: "copies" }));
});
export const neverEnds = scenario("never-ends", {
  why: "A claim that no run can keep.",
  job: copy,
  input: { numbers: [1, 2, 3] },
  claims: [{ id: "XX-1", sentence: "No run ever ends.", expectation: "always", wants: {},
    begin: () => ({ checked: 1, on: () => undefined, end: () => [{ claim: "XX-1", where: "job", message: "the run has ended" }] }) }],
});
`,
  );
  const { out, err } = await millrace("explore", "never-ends", "--runs", "1", "--seed", "a", "--json");
  if (!out.startsWith("{")) throw new Error(err);
  const { failures } = JSON.parse(out) as { failures: Found[] };
  return failures[0]!;
}

test("a failure lies with its story and its test, and is shown in every format with the same digest", async () => {
  const { id, file } = await foundFailure();
  const beside = (name: string) => join(folder, file, "..", name);
  expect(readFileSync(beside("story.txt"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(20);
  expect(readFileSync(beside("repro.test.ts"), "utf8")).toContain(
    'import * as author from "../../../scenarios/never.ts";',
  );
  const [plain, recorded] = [
    await millrace("replay", id, "--json"),
    await millrace("replay", id, "--json", "--record", "--format", "jsonl,chrome,shiviz"),
  ].map(ended => JSON.parse(ended.out) as { outcome: string; exact: boolean; digest: string });
  expect(plain).toMatchObject({ outcome: "reproduced", exact: true });
  expect(recorded!.digest).toBe(plain!.digest);
  for (const name of ["journal.jsonl", "trace.json", "shiviz.log"]) expect(existsSync(beside(name))).toBe(true);
  const shown = await millrace("show", id, "--format", "chrome");
  expect(shown).toMatchObject({ code: 0, out: `${join(file, "..", "trace.json")}\n` });
});

test("a debugger can attach, and a wrong event is refused before anything is played", async () => {
  const { id } = await foundFailure();
  const wrong = await millrace("replay", id, "--inspect", "--at", "Nothing!");
  expect(wrong).toMatchObject({ code: 2, out: "" });
  const child = spawn(process.execPath, [builtCommand, "replay", id, "--inspect", "--at", "3"], {
    cwd: folder,
    detached: true,
  });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (bytes: Buffer) => {
        said += bytes.toString();
        const found = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(said);
        if (found !== null) resolve(found[0]);
      });
      child.once("exit", code => reject(new Error(`ended with ${code}: ${said}`)));
    });
    expect(address).toMatch(/^ws:/);
  } finally {
    child.removeAllListeners("exit");
    process.kill(-child.pid!, "SIGKILL");
  }
});

test("failure files of another version, edited ones and those without their scenario are refused with a remedy", async () => {
  const { file } = await foundFailure();
  const text = readFileSync(join(folder, file), "utf8");
  const refused = async (name: string, changed: string): Promise<string> => {
    writeFileSync(join(folder, name), changed);
    const { code, out, err } = await millrace("replay", name);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
    return err;
  };
  expect(await refused("version.json", text.replace(/"version": "[^"]+"/, '"version": "9.1.0"'))).toContain(
    "version.json: Millrace 9.1.0 wrote this file",
  );
  expect(await refused("edited.json", text.replace('"numbers": {', '"others": {'))).toContain("This file was edited");
  const unsummed = text.replace(/,\s*"sum": "\w+"/, "");
  const renamed = (module: string) =>
    unsummed
      .replace('"name": "never-ends"', '"name": "gone"')
      .replace('"module": "scenarios/never.ts"', `"module": "${module}"`);
  expect(await refused("export.json", renamed("scenarios/never.ts"))).toContain(
    'scenarios/never.ts exports no scenario "gone" any more (it was neverEnds)',
  );
  expect(await refused("module.json", renamed("scenarios/moved.ts"))).toContain("The module scenarios/moved.ts");
  const moved = unsummed.replace('"module": "scenarios/never.ts"', '"module": "scenarios/moved.ts"');
  expect(await refused("moved.json", moved)).toMatch(
    /^error: moved\.json:\d+: "scenario\.module" is wrong: The module scenarios\/moved\.ts does not exist\. "scenarios\/never\.ts" is wanted\.\n$/,
  );
  const exported = unsummed.replace('"export": "neverEnds"', '"export": "neverStops"');
  expect(await refused("other-export.json", exported)).toMatch(
    /^error: other-export\.json:\d+: "scenario\.export" is wrong: .* as "neverStops"\. "neverEnds" is wanted\.\n$/,
  );
  const anyway = await millrace("replay", "version.json", "--any-version");
  expect(anyway.code).toBe(1);
});

test("whatever else goes by a failure file refuses what its replay refuses", async () => {
  const { file } = await foundFailure();
  const text = readFileSync(join(folder, file), "utf8");
  writeFileSync(join(folder, "version.json"), text.replace(/"version": "[^"]+"/, '"version": "9.1.0"'));
  const unsummed = text.replace(/,\s*"sum": "\w+"/, "");
  writeFileSync(join(folder, "data.json"), unsummed.replace('"datasets": {}', '"datasets": { "flights": "00" }'));
  const commands = [["replay"], ["show"], ["check"], ["keep"], ["shrink", "--budget", "1s"]];
  const other = await Promise.all(commands.map(([command, ...flags]) => millrace(command!, "version.json", ...flags)));
  const stale = await Promise.all(commands.map(([command, ...flags]) => millrace(command!, "data.json", ...flags)));
  for (const { code, out, err } of [...other, ...stale]) {
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
    expect(err).toMatch(
      /^error: (version\.json: Millrace 9\.1\.0 wrote this file|data\.json: The data set "flights" has changed)/,
    );
  }
});

test("a failure of a file that no glob finds is played again by its id", async () => {
  const { id: first } = await foundFailure();
  mkdirSync(join(folder, "elsewhere"), { recursive: true });
  const source = readFileSync(join(folder, "scenarios/never.ts"), "utf8").replace('"never-ends"', '"never-elsewhere"');
  writeFileSync(join(folder, "elsewhere/never.ts"), source);
  const { out } = await millrace("explore", "elsewhere/never.ts", "--runs", "1", "--seed", "a", "--json");
  const { failures } = JSON.parse(out) as { failures: { id: string }[] };
  expect(failures[0]!.id).not.toBe(first);
  const again = await millrace("replay", failures[0]!.id, "--json");
  expect(JSON.parse(again.out)).toMatchObject({ outcome: "reproduced", exact: true });
});

test("a failure that is not there is answered with the nearest, a scenario with what is lacking", async () => {
  const { id } = await foundFailure();
  mkdirSync(join(folder, "folder.json"), { recursive: true });
  const [near, scenario, folders, field] = await Promise.all([
    millrace("replay", id.slice(0, -1)),
    millrace("replay", "words-under-storm"),
    millrace("check", "folder.json"),
    (async () => {
      const text = readFileSync(join(folder, "reports/failures", id, "case.json"), "utf8");
      writeFileSync(join(folder, "field.json"), text.replace('"kind": "millrace-failure",', '$&\n  "extra": 1,'));
      return millrace("check", "field.json");
    })(),
  ]);
  expect(near.err).toContain(`Did you mean "${id}"?`);
  expect(scenario.err).toContain('"words-under-storm" is a scenario');
  expect(scenario.err).toContain("--seed and --case");
  expect(folders.err).toContain("folder.json: This is a folder.");
  expect(field.err).toContain('field.json:3: "extra" is wrong: a failure file has no such field.');
  expect([near, scenario, folders, field].map(ended => ended.code)).toEqual([2, 2, 2, 2]);
});

test("a failure that gives way to another one is not repaired: neither its replay nor a campaign ends green", async () => {
  const { file } = await foundFailure();
  const { sum: _, ...found } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Failure;
  const kept = join(folder, "scenarios/regressions");
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "other.json"), JSON.stringify({ ...found, signature: "XX-2@job", claim: "XX-2" }));
  const replay = await millrace("replay", "other", "--json");
  const campaign = await millrace("explore", "never-ends", "--strategy", "corpus", "--jobs", "1", "--json");
  rmSync(kept, { recursive: true });
  expect(JSON.parse(replay.out)).toMatchObject({ outcome: "fails-differently", variants: { reproduced: false } });
  expect(JSON.parse(campaign.out)).toMatchObject({
    runs: 0,
    corpus: { played: 1, failed: 1, results: [{ outcome: "fails-differently" }] },
  });
  expect([replay.code, campaign.code]).toEqual([1, 1]);
});

test("a shrink that finds nothing to take away writes down that this is known now", async () => {
  const { file } = await foundFailure();
  const path = join(folder, file);
  const found = JSON.parse(readFileSync(path, "utf8")) as Failure;
  // As a campaign leaves a failure whose budget was spent; how it was shrunk decides nothing, and is not in the sum.
  writeFileSync(path, JSON.stringify({ ...found, shrink: { ...found.shrink, ending: "run-budget" } }));
  writeFileSync(join(path, "../story.txt"), "not minimal");
  const { code, out } = await millrace("shrink", file, "--json");
  const { runs, ...told } = JSON.parse(out) as { runs: number };
  expect({ code, told }).toEqual({ code: 0, told: { file, ending: "1-minimal", planLength: 0 } });
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    ...found,
    shrink: { ...found.shrink, runs: found.shrink.runs + runs },
  });
  expect(readFileSync(join(path, "../story.txt"), "utf8")).toContain("1-minimal");
});

test("a smaller case says what its own claim says, and nothing of the larger one", async () => {
  const { file } = await foundFailure();
  const { sum: _, ...found } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Failure;
  const larger = { ...found, case: found.original.case, message: "it was so", expected: "this", actual: "that" };
  writeFileSync(join(folder, "larger.json"), JSON.stringify(larger));
  const shrunk = JSON.parse((await millrace("shrink", "larger.json", "--budget", "1m", "--json")).out) as {
    file: string;
  };
  const smaller = JSON.parse(readFileSync(join(folder, shrunk.file), "utf8")) as Failure;
  expect(smaller.message).toBe("the run has ended");
  expect([smaller.expected, smaller.actual]).toEqual([undefined, undefined]);
});

test("an interrupted shrink keeps what it has found, and says that it was interrupted", async () => {
  const { file } = await foundFailure();
  const { sum: _, ...found } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Failure;
  writeFileSync(join(folder, "large.json"), JSON.stringify({ ...found, case: found.original.case }));
  const ended = await inFolder(["shrink", "large.json", "--budget", "10m", "--json"], folder, child =>
    child.stderr!.once("data", () => child.kill("SIGINT")),
  );
  expect(ended.code).toBe(130);
  expect(JSON.parse(ended.out)).toMatchObject({ ending: "interrupted" });
  expect(ended.err).toContain("not minimal: interrupted");
});
