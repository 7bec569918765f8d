import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { wordsUnderStorm } from "../../scenarios/words.ts";
import type { Fault } from "../world/fault.ts";
import { calmCase } from "./case-generator.ts";
import { readFailure, refuseUnplayable, writeFailure, type Failure } from "./failure-file.ts";
import { replayFailure } from "./replay.ts";
import { madeFailure } from "./testing/made-failure.ts";
import { planMistake } from "./plan-mistake.ts";
import { WorldPlayer } from "./world-player.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-strangers-"));

afterAll(() => rmSync(folder, { recursive: true }));

const when = { atUs: 900_000 };
const kill: Fault = { kind: "proc.kill", target: "tm0", when, forUs: 100_000 };
const gone: readonly Fault[] = [
  { kind: "task.fail", target: "nosuch[0]", when },
  { kind: "proc.kill", target: "pg", when },
  { kind: "net.cut", target: "tm0>pg", when },
  { kind: "disk.swap", target: "dfs0", when, params: { with: "pg" } },
  { kind: "proc.kill", target: "tm0", when: { on: { event: "barrier.align", subtask: "nosuch[0]" } } },
];

const failureWith = (plan: readonly Fault[]): Failure => madeFailure(wordsUnderStorm, plan);

test.each(gone)("of a file of ours, $kind of $target that is gone is stale, and the rest is played", async fault => {
  const { file } = writeFailure(folder, failureWith([kill, fault]));
  const failure = readFailure(file);
  refuseUnplayable(failure, wordsUnderStorm, file);
  const { outcome, staleAnchors, run } = await replayFailure(failure, new WorldPlayer(wordsUnderStorm));
  expect({ outcome, staleAnchors }).toEqual({ outcome: "stale", staleAnchors: [fault.target] });
  expect(run.faults.map(({ fired }) => fired)).toEqual([true, false]);
  expect(run.faults[1]).toMatchObject({ impossible: true, note: "what it names does not exist here" });
});

test.each(gone)("of a file without its sum, $kind of $target that is gone is a mistake with its line", fault => {
  const { file } = writeFailure(folder, failureWith([kill, fault]));
  const text = readFileSync(file, "utf8").replace(/,\n {2}"sum": "[0-9a-f]+"/, "");
  writeFileSync(file, text);
  const refused = () => refuseUnplayable(readFailure(file), wordsUnderStorm, file);
  expect(refused).toThrow(/"case\.plan\.1\.(target|params\.with|when\.on\.subtask)" is wrong/);
  expect(refused).toThrow(expect.objectContaining({ place: expect.stringMatching(/case\.json:\d+$/) }));
});

test("a subtask beyond the parallelism is struck modulo it, since shrinking lowers it beneath a plan", async () => {
  const struck = async (target: string, parallelism: number) => {
    const calm = calmCase(wordsUnderStorm);
    const plan: readonly Fault[] = [{ kind: "task.fail", target, when: { atUs: 500_000 } }];
    const { faults } = await new WorldPlayer(wordsUnderStorm).play({
      ...calm,
      topology: { ...calm.topology, parallelism },
      plan,
    });
    return faults[0];
  };
  expect(await struck("count[1]", 1)).toMatchObject({ effective: true, note: expect.stringContaining("count[0]") });
  expect(await struck("count[1]", 2)).toMatchObject({ effective: true, note: expect.stringContaining("count[1]") });
});

test("a cluster that cannot run and records that nobody reads are mistakes by their place, too", () => {
  const failure = failureWith([kill]);
  const { topology, knobs, input } = failure.case;
  const refusal = (changed: object): string => {
    const file = join(folder, "unplayable.json");
    writeFileSync(file, JSON.stringify({ ...failure, case: { ...failure.case, ...changed } }, undefined, 2));
    try {
      refuseUnplayable(readFailure(file), wordsUnderStorm, file);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  expect(refusal({})).toBe("accepted");
  expect(refusal({ topology: { ...topology, replicas: 9 } })).toContain('"case.topology.replicas" is wrong');
  expect(refusal({ topology: { ...topology, parallelism: 40 } })).toContain("cannot run parallelism 40");
  expect(refusal({ knobs: { ...knobs, heartbeatTimeoutMs: 1 } })).toContain('"case.knobs.heartbeatTimeoutMs" is wrong');
  expect(refusal({ input: { ...input, nobody: { kind: "values", values: [] } } })).toContain("Allowed: lines.");
  expect(refusal({ input: {} })).toContain('records for the topic "lines" are wanted');
  const slice = { kind: "dataset", name: "flights", from: 5, to: 3 };
  expect(refusal({ input: { lines: slice } })).toContain('"case.input.lines.to" is wrong');
  expect(refusal({ input: { lines: { ...slice, name: "flihgts" } } })).toContain("Allowed: earthquakes, flights");
  expect(refusal({ scenario: "another" })).toContain('"case.scenario" is wrong: "words-under-storm" is wanted');
});

test("what the job's own operators cannot fail at is refused by the names of its sites", () => {
  const toldOf = (target: string, site: string) =>
    planMistake([{ kind: "task.fail", target, when, params: { site } }], wordsUnderStorm)?.message;
  // A head speaks for its whole chain, an operator behind it for itself.
  expect(toldOf("count[0]", "snapshot-async")).toBe(undefined);
  expect(toldOf("count[0]", "timer")).toContain('is wanted of "count", not "timer"');
});
