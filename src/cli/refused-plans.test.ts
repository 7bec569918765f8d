import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

/** Plans that nobody can play, through the built command line. `npm test` builds first. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "dist/src/cli/millrace.js");
/** Any failure file will do: its plan is replaced. */
const kept = join(root, "scenarios/regressions");
const [first] = readdirSync(kept).filter(name => name.endsWith(".json"));
const whole = JSON.parse(readFileSync(join(kept, first!), "utf8")) as { readonly case: object };
const folder = mkdtempSync(join(tmpdir(), "millrace-plans-"));

afterAll(() => rmSync(folder, { recursive: true }));

const at = { atUs: 700_000 };
const kill = { kind: "proc.kill", target: "tm0", when: at };

/** The second fault of a plan; where the mistake is, and what the message says is allowed. */
const refused: Readonly<Record<string, readonly [fault: object, path: string, says: string]>> = {
  "an unknown fault": [{ ...kill, kind: "proc.kil" }, "kind", 'Did you mean "proc.kill"?'],
  "a fault like no other": [{ ...kill, kind: "meteorite" }, "kind", "proc.pause, proc.slow"],
  "a parameter of another fault": [{ ...kill, kind: "clock.jump", params: { ppm: 1 } }, "params.ppm", "takes byMs"],
  "a number out of bounds": [{ ...kill, kind: "proc.slow", params: { factor: 1 } }, "params.factor", "from 2 to 1000"],
  "a word that is none": [
    { ...kill, kind: "rpc.delay", params: { part: "both" } },
    "params.part",
    "one of request, reply",
  ],
  "a target that cannot exist": [{ ...kill, target: "tm0>tm1" }, "target", "a role (jm0, tm0, dfs0, broker, coord)"],
  "another machine that cannot exist": [
    { ...kill, kind: "disk.swap", target: "dfs0", params: { with: "No One" } },
    "params.with",
    "a role (jm0, tm0, dfs0, broker, coord)",
  ],
  "a negative instant": [{ ...kill, when: { atUs: -5 } }, "when.atUs", "0 or more"],
  "a negative duration": [{ ...kill, forUs: -5 }, "forUs", "0 or more"],
  "a negative delay": [{ ...kill, when: { on: { event: "x" }, plusUs: -1 } }, "when.plusUs", "0 or more"],
  "half a microsecond": [{ ...kill, when: { atUs: 1.5 } }, "when", "in whole numbers"],
};

test.each(Object.entries(refused))(
  "%s is refused by its place in the file, with what is allowed",
  async (name, row) => {
    const [fault, path, says] = row;
    const file = join(folder, `${name.replaceAll(" ", "-")}.json`);
    writeFileSync(file, JSON.stringify({ ...whole, case: { ...whole.case, plan: [kill, fault] } }, undefined, 2));
    const { code, out, err } = await replay(file);
    expect(err).toContain(`"case.plan.1.${path}" is wrong`);
    expect(err).toContain(says);
    expect(err).toMatch(/\.json:\d+: /);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
  },
);

function replay(file: string): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, "replay", file], {
      cwd: root,
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
