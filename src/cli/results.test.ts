import { openSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtCommand, millrace } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/** What may stand on standard output, through the built command line, which `npm test` builds first. */
const folder = projectFolder("results");
writeFileSync(
  join(folder, "scenarios/noisy.ts"),
  `import { job, logSink, logSource, scenario } from "millrace";
console.log("a module is loaded");
const noisyJob = job("noisy", env => {
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers")
    .map(n => { console.log("a record", n); return n; }).sinkTo(logSink({ topic: "copies" }));
});
const never = { id: "XX-1", sentence: "No run ever ends.", expectation: "always" as const, wants: {},
  begin: () => ({ checked: 1, on: () => undefined, end: () => [{ claim: "XX-1", where: "job", message: "the run has ended" }] }) };
export const noisy = scenario("noisy", { why: "Whoever prints says nothing in the report.", job: noisyJob, input: { numbers: [1, 2, 3] }, claims: [never] });
`,
);

test("a job that prints leaves --json one document, in the command's process and in its workers", async () => {
  const [explored, replayed, listed] = await Promise.all([
    millrace(["explore", "noisy", "--runs", "2", "--seed", "a", "--jobs", "1", "--json"], folder),
    millrace(["replay", "noisy", "--seed", "a", "--case", "0", "--json"], folder),
    millrace(["list", "scenarios", "--json"], folder),
  ]);
  expect(JSON.parse(explored.out)).toMatchObject({ command: "explore", runs: 2, violated: 2 });
  expect(JSON.parse(replayed.out)).toMatchObject({ outcome: "reproduced" });
  expect(JSON.parse(listed.out)).toHaveProperty("scenarios");
  for (const { err } of [explored, replayed]) {
    expect(err).toContain("a module is loaded");
    expect(err).toContain("a record 2");
  }
});

test("a reader who goes away ends no command", async () => {
  for (const args of [["list", "faults"], ["--help"], ["list", "--json"]]) {
    const child = spawn(process.execPath, [builtCommand, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
    const code = await new Promise(resolve => child.once("close", resolve));
    expect({ args, code, err: err.replace("a module is loaded\n", "") }).toEqual({ args, code: 0, err: "" });
  }
});

test("a full disk behind standard output is told in a sentence", async () => {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [builtCommand, "list"], { cwd: folder, stdio: ["ignore", full, "pipe"] });
  let err = "";
  child.stderr!.on("data", (bytes: Buffer) => (err += bytes.toString()));
  const code = await new Promise(resolve => child.once("close", resolve));
  expect({ code, told: err.trim().split("\n").at(-1) }).toEqual({
    code: 2,
    told: "error: standard output cannot be written (ENOSPC).",
  });
});
