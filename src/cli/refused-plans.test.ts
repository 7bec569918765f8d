import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import { readFailure, refuseUnplayable } from "../explore/failure-file.ts";
import { Misuse } from "../explore/misuse.ts";
import { madeFailure } from "../explore/testing/made-failure.ts";
import { millrace } from "./testing/built-command.ts";

/** Plans that nobody can play; some of them through the built command line, which `npm test` builds first. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const whole = madeFailure(wordsUnderStorm, []);
const folder = mkdtempSync(join(tmpdir(), "millrace-plans-"));

afterAll(() => rmSync(folder, { recursive: true }));

const at = { atUs: 700_000 };
const kill = { kind: "proc.kill", target: "tm0", when: at };

/** The second fault of a plan; where the mistake is, and what the message says is allowed. */
const refused: Readonly<Record<string, readonly [fault: object, path: string, says: string]>> = {
  "an unknown fault": [{ ...kill, kind: "proc.kil" }, "kind", 'Did you mean "proc.kill"?'],
  "a fault of which the list is told too": [{ ...kill, kind: "proc.kil" }, "kind", "? Allowed: proc.kill, proc.pause,"],
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
  "an external system that the scenario has not": [
    { ...kill, target: "ledger" },
    "target",
    "a role (jm0, tm0..1, dfs0..2, broker, coord), not",
  ],
  "an operator that the job has not": [
    { ...kill, kind: "task.fail", target: "nosuch[0]" },
    "target",
    "a subtask of the job (",
  ],
  "a subtask beyond the parallelism": [
    { ...kill, when: { on: { event: "barrier.align", subtask: "count[99]" } } },
    "when.on.subtask",
    "a subtask of the job (",
  ],
  "a word that no fault has": [{ ...kill, forMs: 5 }, "forMs", "Allowed: kind, target, when, forUs, params."],
  "a negative instant": [{ ...kill, when: { atUs: -5 } }, "when.atUs", "0 or more"],
  "a negative duration": [{ ...kill, forUs: -5 }, "forUs", "0 or more"],
  "a negative delay": [{ ...kill, when: { on: { event: "x" }, plusUs: -1 } }, "when.plusUs", "0 or more"],
  "half a microsecond": [{ ...kill, when: { atUs: 1.5 } }, "when.atUs", "a whole number, 0 or more"],
  "an instant that is a text": [{ ...kill, when: { atUs: "5" } }, "when.atUs", "a whole number, 0 or more"],
  "half an occurrence": [{ ...kill, when: { on: { event: "x" }, nth: 1.5 } }, "when.nth", "1 or more"],
  "an event without a name": [{ ...kill, when: { on: {} } }, "when.on.event", "a text is wanted"],
  "a checkpoint that is a text": [
    { ...kill, when: { on: { event: "x", checkpoint: "3" } } },
    "when.on.checkpoint",
    "0 or more",
  ],
  "a word that no event has": [{ ...kill, when: { on: { event: "x", foo: 1 } } }, "when.on", "Allowed: event, role,"],
  "two moments in one": [{ ...kill, when: { atUs: 5, step: 3 } }, "when", "an instant { atUs }, an event"],
  "a moment that is none": [{ ...kill, when: { atMs: 5 } }, "when", "an instant { atUs }, an event"],
  "a fault without a moment": [{ ...kill, when: undefined }, "when", "an instant { atUs }, an event"],
  "a fault without a target": [{ ...kill, target: undefined }, "target", 'a role such as "tm0"'],
  "a target that is a number": [{ ...kill, target: 5 }, "target", 'a role such as "tm0"'],
  "a worker that this cluster has not": [{ ...kill, target: "tm99" }, "target", "a role (jm0, tm0..1, dfs0..2, broker"],
  "an event of a worker that this cluster has not": [
    { ...kill, when: { on: { event: "x", role: "tm3" } } },
    "when.on.role",
    "tm0..1",
  ],
  "a duration of what happens once": [
    { kind: "net.reset", target: "tm0>jm0", when: at, forUs: 5 },
    "forUs",
    "net.reset happens once: it takes no duration",
  ],
  "a duration of what is for good": [{ ...kill, kind: "machine.remove", forUs: 5 }, "forUs", "is for good"],
  "a disk that is swapped with itself": [
    { ...kill, kind: "disk.swap", params: { with: "tm0" } },
    "params.with",
    "another machine",
  ],
  "a path that nothing has": [
    { ...kill, kind: "disk.error", target: "dfs0", params: { path: "" } },
    "params.path",
    "a text is wanted",
  ],
  "a reply to what is not answered": [
    { ...kill, kind: "rpc.lose-reply", params: { method: "checkpoint.acknowledge" } },
    "params.method",
    "one of broker.abort, broker.commit",
  ],
  "a late reply to what is not answered": [
    { ...kill, kind: "rpc.delay", params: { part: "reply", method: "task.state" } },
    "params.method",
    "which has no reply",
  ],
};

test.each(Object.entries(refused))("%s is refused by its place in the file, with what is allowed", (name, row) => {
  const [fault, path, says] = row;
  const { text, file } = written(name, fault);
  const { message, place } = refusalOf(file);
  expect(message).toContain(`"case.plan.1${path === "" ? "" : `.${path}`}" is wrong: `);
  expect(message).toContain(says);
  expect(message).not.toMatch(/[?.!][?.!] |\n/);
  // The line is that of the second fault, and not of the first one with the same keys.
  const line = Number(/\.json:(\d+)$/.exec(place!)![1]);
  const key = path.split(".").at(-1)!;
  // What is missing has no line of its own: that of what it is missing in is told.
  const missing = name.includes(" without ");
  expect(text.split("\n")[line - 1]).toContain(missing || key === "" ? "{" : `"${key}"`);
  expect(line).toBeGreaterThan(text.slice(0, text.indexOf("},", text.indexOf('"plan"'))).split("\n").length);
});

test.each(["an unknown fault", "an external system that the scenario has not", "an operator that the job has not"])(
  "on the command line %s is one sentence and exit code 2",
  async name => {
    const [fault, , says] = refused[name]!;
    const { code, out, err } = await millrace(["replay", written(`${name}, typed`, fault).file], root);
    expect(err).toMatch(/^error: .*\.json:\d+: "case\.plan\.1\..*\n$/);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  },
);

/** A file with two faults, of which the second one is wrong. */
function written(name: string, fault: object): { readonly text: string; readonly file: string } {
  const file = join(folder, `${name.replaceAll(" ", "-")}.json`);
  const text = JSON.stringify({ ...whole, case: { ...whole.case, plan: [kill, fault] } }, undefined, 2);
  writeFileSync(file, text);
  return { text, file };
}

function refusalOf(file: string): Misuse {
  try {
    refuseUnplayable(readFailure(file), wordsUnderStorm, file);
  } catch (error) {
    if (error instanceof Misuse) return error;
    throw error;
  }
  throw new Error(`${file} is accepted.`);
}
