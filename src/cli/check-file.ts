import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { calmCase } from "../explore/case-generator.ts";
import { Misuse } from "../explore/misuse.ts";
import { scenariosIn } from "../explore/project.ts";
import { openSession, shown } from "./session.ts";
import { playableFailure } from "./playable-failure.ts";
import { writeResult } from "./results.ts";

/** `millrace check`: a file that is accepted is named with what it holds; a mistake is an error with its place. */
export async function checkFile(file: string, flags: { readonly json?: boolean }): Promise<number> {
  const session = await openSession();
  const found = /\.[cm]?[jt]s$/.test(file) ? await checkScenarios(file) : await checkFailure(file);
  if (flags.json === true) writeResult(`${JSON.stringify(found, undefined, 2)}\n`);
  else writeResult(`${found.file}: ${found.kind} ${found.names.join(", ")}\n`);
  return 0;

  async function checkScenarios(path: string): Promise<Checked> {
    if (!existsSync(path)) throw new Misuse(`There is no file ${path}.`);
    const scenarios = await scenariosIn(resolve(path), session.project, session.load);
    // Input that cannot be had is a mistake too.
    for (const { scenario } of scenarios) calmCase(scenario);
    return {
      file: shown(resolve(path)),
      kind: scenarios.length === 1 ? "scenario" : "scenarios",
      names: scenarios.map(({ scenario }) => scenario.name),
    };
  }

  async function checkFailure(name: string): Promise<Checked> {
    const { path, failure } = await playableFailure(session, name);
    return { file: shown(path), kind: "failure", names: [failure.signature] };
  }
}

interface Checked {
  readonly file: string;
  readonly kind: string;
  readonly names: readonly string[];
}
