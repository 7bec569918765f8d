import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Failure } from "../explore/failure-file.ts";
import { builtCommand, millrace as inFolder, type Ended } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/** What a found failure is good for, through the built command line: replay, show, debug, refuse. `npm test` builds first. */
const folder = projectFolder("failures");

const millrace = (...args: string[]): Promise<Ended> => inFolder(args, folder);

/** A failure file of this project, found by a real campaign over a scenario that cannot hold. */
async function foundFailure(): Promise<{ readonly id: string; readonly file: string }> {
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
  const { failures } = JSON.parse(out) as { failures: { id: string; file: string }[] };
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
