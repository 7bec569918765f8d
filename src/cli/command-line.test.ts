import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { duration, shard, wholeNumber } from "./option-values.ts";
import { builtCommand, millrace as inFolder, type Ended } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";
import { exitCodeOf } from "./told-error.ts";
import { Misuse } from "../explore/misuse.ts";

/** The built command line, in a project folder of its own. `npm test` builds first. */
const folder = projectFolder("cli");

const millrace = (...args: string[]): Promise<Ended> => inFolder(args, folder);

test("help stands on standard output with examples, for each command", async () => {
  const whole = await millrace("--help");
  expect(whole).toMatchObject({ code: 0, err: "" });
  const [explore, replay] = await Promise.all([millrace("explore", "--help"), millrace("replay", "--help")]);
  expect(explore.out).toContain("Examples:");
  expect(replay.out).toContain("--seed a --case 17");
});

test("unknown commands, flags and values are refused with the nearest", async () => {
  const [command, flag, value, strategy, profile, list] = await Promise.all([
    millrace("exlore"),
    millrace("explore", "--rnus", "3"),
    millrace("explore", "--runs", "many"),
    millrace("explore", "--strategy", "strom"),
    millrace("replay", "words-under-storm", "--seed", "a", "--case", "0", "--profile", "beyont"),
    millrace("list", "fault"),
  ]);
  expect(command.err).toContain("Did you mean explore?");
  expect(flag.err).toContain("Did you mean --runs?");
  expect(value.err).toContain("A whole number from 1 is expected.");
  expect(strategy.err).toContain('Did you mean "storm"? Allowed: portfolio, storm, corpus.');
  expect(profile.err).toContain('Did you mean "beyond"? Allowed: light, standard, all, beyond.');
  expect(list.err).toContain('Did you mean "faults"?');
  expect([command, flag, value, strategy, profile, list].map(ended => ended.code)).toEqual([2, 2, 2, 2, 2, 2]);
});

test("an unknown scenario, failure, mutant or bench is one sentence and exit code 2", async () => {
  const ended = await Promise.all([
    millrace("explore", "words-under-strom", "--runs", "1"),
    millrace("replay", "nothing-12345678"),
    millrace("explore", "--mutant", "sink.no-flush", "--runs", "1"),
    millrace("bench", "kernle"),
    millrace("check", "scenarios/none.ts"),
    millrace("replay", "words-under-storm", "--seed", "a", "--case", "0", "--format", "jsonl"),
    millrace("replay", "words-under-storm", "--seed", "a", "--case", "0", "--at", "3"),
  ]);
  expect(ended.map(one => one.code)).toEqual([2, 2, 2, 2, 2, 2, 2]);
  expect(ended.map(one => one.out).join("")).toBe("");
  for (const { err } of ended) expect(err.trim().split("\n")).toHaveLength(1);
  expect(ended[0]!.err).toContain('Did you mean "words-under-storm"?');
  expect(ended[3]!.err).toContain('Did you mean "kernel"?');
});

test("a scenario file with a mistake is refused with its line, and a good one in TypeScript is accepted", async () => {
  const source = (knob: string) => `import { job, logSink, logSource, scenario } from "millrace";
const none: string = "nothing";
export const idle = scenario("idle", {
  why: "Shows what a file with a mistake looks like: " + none,
  job: job("idle", env => {
    env.fromSource(logSource({ topic: "input", bounded: true }), "in").sinkTo(logSink({ topic: "out" }));
  }),
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
  expect(bad.err).toMatch(
    /^error: bad\.ts:3(:\d+)?: .*Did you mean "checkpointIntervalMs"\? Allowed: checkpointIntervalMs, .*\n$/,
  );
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
    [builtCommand, "explore", "words-under-storm", "--time", "10m", "--jobs", "2", "--json"],
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

test("a case that never gives the thread back is stuck, even with one job", { timeout: 120_000 }, async () => {
  writeFileSync(
    join(folder, "endless.ts"),
    `import { job, logSink, logSource, scenario } from "millrace";
const loop = job("loop", env => {
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers")
    .map(n => { if (n === 2) for (;;); return n; }).sinkTo(logSink({ topic: "copies" }));
});
export const endless = scenario("endless", { why: "A function that never returns.", job: loop, input: { numbers: [1, 2, 3] } });
`,
  );
  const { code, out } = await millrace(
    "explore",
    "endless.ts",
    "--runs",
    "1",
    "--jobs",
    "1",
    "--standstill",
    "3s",
    "--json",
  );
  expect(code).toBe(1);
  const { stuck, failures } = JSON.parse(out) as { stuck: number; failures: { message: string; file: string }[] };
  expect(stuck).toBe(1);
  expect(failures[0]!.message).toContain("the thread stood still for 3 s");
  expect(failures[0]!.message).toMatch(/Its last event: \d+, at [\d.]+ ms: tm\d /);

  // Kept, it takes a worker along in each campaign, and no campaign.
  const { code: kept } = await millrace("keep", failures[0]!.file);
  expect(kept).toBe(0);
  const again = await millrace("explore", "endless.ts", "--strategy", "corpus", "--standstill", "3s", "--json");
  expect(again.code).toBe(1);
  expect(JSON.parse(again.out)).toMatchObject({
    runs: 0,
    corpus: { played: 1, failed: 1, results: [{ scenario: "endless", outcome: "reproduced" }] },
  });
});

test("a job runs for real under one of two job managers, and a finished one stays so", async () => {
  const run = () =>
    millrace(
      "run",
      "word-count",
      "--dir",
      "two-managers",
      "--job-managers",
      "2",
      "--workers",
      "1",
      "--parallelism",
      "1",
    );
  const first = await run();
  expect(first).toMatchObject({ code: 0, out: "" });
  expect(first.err.match(/^jm\d +leader\.elect/gm)).toHaveLength(1);
  expect((await run()).err).toContain("finished; everything lies in two-managers");
});

test("a folder that cannot be made is refused before anything is played", async () => {
  const ended = await Promise.all([
    millrace("run", "airport-delays", "--dir", "package.json"),
    millrace("explore", "words-under-storm", "--runs", "1", "--out", "package.json"),
    millrace("explore", "words-under-storm", "--runs", "1", "--out", "package.json/below"),
    millrace("explore", "words-under-storm", "--runs", "1", "--out", "/proc/millrace/below"),
  ]);
  for (const { code, out, err } of ended) {
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^error: --(dir|out) names .*, where no folder can be made \(E[A-Z]+\)\. .*\n$/);
  }
});

test("init writes a project and overwrites nothing", async () => {
  expect(await millrace("init", "shop")).toMatchObject({ code: 0 });
  const kept = readFileSync(join(folder, "shop/package.json"), "utf8");
  expect(JSON.parse(kept)).toMatchObject({ name: "shop" });
  expect(existsSync(join(folder, "shop/.github/workflows/millrace.yml"))).toBe(true);
  const again = await millrace("init", "shop");
  expect(again.code).toBe(2);
  expect(again.err).toContain("nothing is overwritten");
  expect(readFileSync(join(folder, "shop/package.json"), "utf8")).toBe(kept);
});

test("init in a folder of any name says a command that can be pasted, and names a package that npm takes", async () => {
  const names = { "My Shop": "my-shop", "it's": "it-s", "-dash": "dash", node_modules: "millrace-project" };
  for (const [name, packaged] of Object.entries(names)) {
    const { code, err } = await millrace("init", "--", `odd/${name}`);
    const command = /^Now: (cd .+) && npm install/m.exec(err)![1]!;
    const there = spawnSync("sh", ["-c", `${command} && pwd`], { cwd: folder, encoding: "utf8" });
    expect({ code, there: there.stdout.trim().endsWith(`/odd/${name}`) }).toEqual({ code: 0, there: true });
    const made = readFileSync(join(folder, "odd", name, "package.json"), "utf8");
    expect(JSON.parse(made)).toMatchObject({ name: packaged });
  }
  const { err } = await millrace("init", "--", "-flag");
  expect(err).toContain("cd ./-flag && ");
});
