import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { millrace } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";

/** What is demanded to happen sometimes, through the built command line, which `npm test` builds first. */
const folder = projectFolder("sometimes");
writeFileSync(
  join(folder, "scenarios/copies.ts"),
  `import { job, logSink, logSource, scenario, type Oracle } from "millrace";
const copy = job("copy", env => {
  env.enableCheckpointing(100);
  env.fromSource(logSource<number>({ topic: "numbers", bounded: true }), "numbers").sinkTo(logSink({ topic: "copies" }));
});
const sometimes = (id: string, checked: number): Oracle => ({ id, sentence: "It happens, in one case or another.", expectation: "sometimes", wants: {},
  begin: () => ({ checked, on: () => undefined, end: () => [] }) });
const world = { why: "What should happen once in a while is demanded.", job: copy, input: { numbers: Array.from({ length: 100 }, (_, i) => i) } };
export const seen = scenario("seen", { ...world, claims: [sometimes("XX-1", 1)] });
export const unseen = scenario("unseen", { ...world, claims: [sometimes("XX-2", 0)] });
`,
);

test("a claim that no case has seen fails the campaign by its name, and one that was seen does not", async () => {
  const play = (name: string) =>
    millrace(["explore", name, "--runs", "2", "--seed", "a", "--jobs", "1", "--json"], folder);
  const [seen, unseen] = [await play("seen"), await play("unseen")];
  expect(seen.code).toBe(0);
  expect(JSON.parse(seen.out)).toMatchObject({ unseen: [], claims: { "XX-1": { seen: 2 } } });
  expect(unseen.code).toBe(1);
  expect(JSON.parse(unseen.out)).toMatchObject({ passed: 2, unseen: ["XX-2"] });
  expect(unseen.err).toContain("XX-2: demanded at least once, and no case has seen it");
});
