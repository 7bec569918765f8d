import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtCommand, millrace, program } from "./testing/built-command.ts";
import { projectFolder } from "./testing/project-folder.ts";
import { exitCodeOf } from "./told-error.ts";

/** A real disk that refuses is the user's to see to: a sentence, exit code 2, and nothing of a defect of ours. */
const folder = projectFolder("refused");

test("what cannot be written is named with the reason, by every command that writes", async () => {
  writeFileSync(join(folder, "file"), "in the way");
  mkdirSync(join(folder, "shown/trace.json"), { recursive: true });
  writeFileSync(join(folder, "shown/package.json"), JSON.stringify({ name: "shown", type: "module" }));
  const explore = ["explore", "words-under-storm", "--runs", "1", "--seed", "a", "--jobs", "1", "--reporter", "github"];
  const [made, shown, summed] = await Promise.all([
    millrace(["init", "file/shop"], folder),
    millrace(["show", "words-under-storm", "--seed", "a", "--case", "0"], join(folder, "shown")),
    program("env", [`GITHUB_STEP_SUMMARY=${folder}`, process.execPath, builtCommand, ...explore], folder),
  ]);
  for (const ended of [made, shown, summed]) {
    expect(ended.code).toBe(2);
    expect(ended.err).not.toContain("internal error");
  }
  expect(made.err).toMatch(/^error: file\/.*: a part of this path is a file, and a folder is wanted \(ENOTDIR\)\./);
  expect(shown.err).toMatch(/^error: trace\.json: this is a folder, and a file is wanted \(EISDIR\)\./);
  expect(summed.err).toMatch(/error: \.: this is a folder, and a file is wanted \(EISDIR\)\./);
  // The campaign's own report is there all the same.
  expect(existsSync(join(folder, "reports/explore.json"))).toBe(true);
});

test("an error of the disk that may be our own defect keeps its stack", () => {
  const told: string[] = [];
  const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", path: join(folder, "none") });
  expect(exitCodeOf(missing, text => told.push(text))).toBe(3);
  expect(told.join("")).toContain("refused-by-disk.test.ts");
});
