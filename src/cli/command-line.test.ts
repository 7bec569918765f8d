import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { duration, shard, wholeNumber } from "./option-values.ts";
import { exitCodeOf } from "./told-error.ts";
import { Misuse } from "../explore/misuse.ts";

/** The built command line, in a project folder of its own. `npm test` builds first. */
const bin = fileURLToPath(new URL("../../dist/src/cli/millrace.js", import.meta.url));
let folder = "";

beforeAll(() => {
  if (!existsSync(bin)) throw new Error("The command line is not built: run `npm run build`.");
  folder = mkdtempSync(join(tmpdir(), "millrace-cli-"));
  mkdirSync(join(folder, "scenarios"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "somebody", type: "module" }));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function millrace(...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", CI: "1" },
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
    child.once("error", reject);
    child.once("close", code => resolve({ code, out, err }));
  });
}

test("help stands on standard output with examples, for each command", async () => {
  const whole = await millrace("--help");
  expect(whole).toMatchObject({ code: 0, err: "" });
  const [explore, replay] = await Promise.all([millrace("explore", "--help"), millrace("replay", "--help")]);
  expect(explore.out).toContain("Examples:");
  expect(replay.out).toContain("--seed a --case 17");
});

test("unknown commands, flags and values are refused with the nearest", async () => {
  const [command, flag, value, strategy] = await Promise.all([
    millrace("exlore"),
    millrace("explore", "--rnus", "3"),
    millrace("explore", "--runs", "many"),
    millrace("explore", "--strategy", "strom"),
  ]);
  expect(command.err).toContain("Did you mean explore?");
  expect(flag.err).toContain("Did you mean --runs?");
  expect(value.err).toContain("A whole number from 1 is expected.");
  expect(strategy.err).toContain("Allowed choices are portfolio, storm, corpus.");
  expect([command, flag, value, strategy].map(ended => ended.code)).toEqual([2, 2, 2, 2]);
});

test("an unknown scenario, failure, mutant or bench is one sentence and exit code 2", async () => {
  const ended = await Promise.all([
    millrace("explore", "words-under-strom", "--runs", "1"),
    millrace("replay", "nothing-12345678"),
    millrace("explore", "--mutant", "sink.no-flush", "--runs", "1"),
    millrace("bench", "kernle"),
    millrace("check", "scenarios/none.ts"),
  ]);
  expect(ended.map(one => one.code)).toEqual([2, 2, 2, 2, 2]);
  expect(ended.map(one => one.out).join("")).toBe("");
  for (const { err } of ended) expect(err.trim().split("\n")).toHaveLength(1);
  expect(ended[0]!.err).toContain('Did you mean "words-under-storm"?');
  expect(ended[3]!.err).toContain('Did you mean "kernel"?');
});

test("a scenario file with a mistake is refused with its line, and a good one in TypeScript is accepted", async () => {
  const source = (knob: string) => `import { job, scenario } from "millrace";
const none: string = "nothing";
export const idle = scenario("idle", {
  why: "Shows what a file with a mistake looks like: " + none,
  job: job("idle", () => {}),
  knobs: { ${knob}: 50 },
  input: [1, 2, 3],
});
`;
  writeFileSync(join(folder, "scenarios/good.ts"), source("checkpointIntervalMs"));
  writeFileSync(join(folder, "bad.ts"), source("chekpointIntervalMs"));
  const [good, bad] = await Promise.all([
    millrace("check", "scenarios/good.ts", "--json"),
    millrace("check", "bad.ts"),
  ]);
  expect(JSON.parse(good.out)).toEqual({ file: "scenarios/good.ts", kind: "scenario", names: ["idle"] });
  expect(bad.code).toBe(2);
  expect(bad.err).toMatch(/^error: bad\.ts:3(:\d+)?: .*Did you mean "checkpointIntervalMs"\?\n$/);
});

test("a failure file that is none is refused by its place", async () => {
  writeFileSync(join(folder, "case.json"), '{ "kind": "millrace-failure", "schema": 99 }');
  writeFileSync(join(folder, "half.json"), '{ "kind": "millrace-failure",\n "schema": ');
  const [version, half] = await Promise.all([millrace("replay", "case.json"), millrace("replay", "half.json")]);
  expect(version).toMatchObject({ code: 2, out: "" });
  expect(version.err).toContain("case.json: This file has schema 99");
  expect(half.err).toContain("half.json:2: This is not a whole JSON document");
});

test("lists are one document with --json", async () => {
  const { code, out } = await millrace("list", "faults", "--json");
  expect(code).toBe(0);
  const { faults } = JSON.parse(out) as { faults: { name: string; owes: string }[] };
  expect(faults.find(fault => fault.name === "proc.kill")).toMatchObject({ owes: "recover" });
});

test("two jobs give the digest of one, and the counts add up", async () => {
  const [one, two] = await Promise.all(
    ["1", "2"].map(jobs =>
      millrace("explore", "words-under-storm", "--runs", "6", "--seed", "a", "--jobs", jobs, "--json"),
    ),
  );
  const [a, b] = [one, two].map(ended => JSON.parse(ended!.out) as Record<string, number>);
  expect(b!["digest"]).toBe(a!["digest"]);
  const kinds = ["passed", "violated", "stuck", "vacuous", "exhausted", "broken"];
  expect(kinds.reduce((sum, kind) => sum + a![kind]!, 0)).toBe(6);
});

test("an interrupted campaign tells what there was until then", async () => {
  const child = spawn(
    process.execPath,
    [bin, "explore", "words-under-storm", "--time", "10m", "--jobs", "2", "--json"],
    { cwd: folder },
  );
  let out = "";
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.once("data", () => child.kill("SIGINT"));
  const code = await new Promise(resolve => child.once("close", resolve));
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ ended: "interrupted" });
});

test("values of flags say what they expect", () => {
  expect(duration("90s")).toBe(90_000);
  expect(duration("1.5m")).toBe(90_000);
  expect(() => duration("90")).toThrow("60s, 2m or 500ms");
  expect(shard("2/5")).toEqual({ index: 1, of: 5 });
  expect(() => shard("6/5")).toThrow("1 ≤ i ≤ n");
  expect(() => wholeNumber(1)("0")).toThrow("A whole number from 1");
});

test("misuse is a sentence and 2, a defect of ours a stack and 3", () => {
  const told: string[] = [];
  expect(exitCodeOf(new Misuse("No such thing.", { place: "a.ts:3" }), text => told.push(text))).toBe(2);
  expect(told).toEqual(["error: a.ts:3: No such thing.\n"]);
  expect(exitCodeOf(new Error("oops"), text => told.push(text))).toBe(3);
  expect(told[1]).toContain("command-line.test.ts");
});
