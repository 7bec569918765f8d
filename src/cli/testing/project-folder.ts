import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { builtCommand } from "./built-command.ts";

/** Somebody's project with no scenario yet, for the tests of one file; gone behind them. */
export function projectFolder(name: string): string {
  if (!existsSync(builtCommand)) throw new Error("The command line is not built: run `npm run build`.");
  const folder = mkdtempSync(join(tmpdir(), `millrace-${name}-`));
  mkdirSync(join(folder, "scenarios"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "somebody", type: "module" }));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
