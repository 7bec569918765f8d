import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { millrace } from "./testing/built-command.ts";

/** What is demanded to happen sometimes, through the built command line, which `npm test` builds first. */
const folder = mkdtempSync(join(tmpdir(), "millrace-sometimes-"));
mkdirSync(join(folder, "scenarios"));
writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "somebody", type: "module" }));
writeFileSync(
  join(folder, "scenarios/copies.ts"),
  `import { job, logSink, logSource, scenario, type Oracle } from "millrace";
const copy = job("copy", env => {
  env.enableCheckpointing(100);
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers").sinkTo(logSink({ topic: "copies" }));
});
const sometimes = (id: string, checked: number): Oracle => ({ id, sentence: "It happens, in one case or another.", expectation: "sometimes", wants: {},
  begin: () => ({ checked, on: () => undefined, end: () => [] }) });
const world = { why: "What should happen once in a while is demanded.", job: copy, input: { numbers: [1, 2, 3] } };
export const seen = scenario("seen", { ...world, claims: [sometimes("XX-1", 1)] });
export const unseen = scenario("unseen", { ...world, claims: [sometimes("XX-2", 0)] });
`,
);

afterAll(() => rmSync(folder, { recursive: true }));

test("a claim that no case has seen fails the campaign by its name, and one that was seen does not", async () => {
  const play = (name: string) =>
    millrace(["explore", name, "--runs", "2", "--seed", "a", "--jobs", "1", "--json"], folder);
  const [seen, unseen] = [await play("seen"), await play("unseen")];
  expect(seen.code).toBe(0);
  expect(JSON.parse(seen.out)).toMatchObject({ unseen: [], claims: { "XX-1": { seen: 2 } } });
  expect(unseen.code).toBe(1);
  expect(JSON.parse(unseen.out)).toMatchObject({ runs: 2, violated: 0, stuck: 0, broken: 0, unseen: ["XX-2"] });
  expect(unseen.err).toContain("XX-2: demanded at least once, and no case has seen it");
});
