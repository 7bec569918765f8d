import { builtInOracles } from "../oracles/suite.ts";
import { faultCatalogue } from "../world/faults/fault-catalogue.ts";
import { allMutants } from "../explore/mutant/mutant-catalog.ts";
import { findScenarios } from "../explore/project.ts";
import type { ListedThing } from "./listed-thing.ts";
import { openSession, shown } from "./session.ts";
import { writeResult } from "./results.ts";

/** `millrace list`: results go to standard output, as text or as one document; the exit code. */
export async function listThings(what: ListedThing | undefined, flags: { readonly json?: boolean }): Promise<number> {
  const all = await gather();
  const chosen = what === undefined ? all : { [what]: all[what] };
  if (flags.json === true) {
    writeResult(`${JSON.stringify(chosen, undefined, 2)}\n`);
    return 0;
  }
  for (const [heading, rows] of Object.entries(chosen)) {
    writeResult(
      `${what === undefined ? `${heading}\n` : ""}${rows.map(row => sayRow(row, what === undefined)).join("")}`,
    );
  }
  return 0;
}

type Row = Readonly<Record<string, unknown>>;

async function gather(): Promise<Record<ListedThing, readonly Row[]>> {
  const { project, load } = await openSession();
  const scenarios = await findScenarios(project, load);
  const jobs = new Map(scenarios.map(({ scenario: { job } }) => [job.name, job]));
  return {
    scenarios: scenarios.map(({ scenario, module }) => ({
      name: scenario.name,
      why: scenario.why,
      module,
      storm: scenario.storm !== false,
    })),
    jobs: [...jobs.values()].map(job => ({ name: job.name, why: shown(job.module), module: shown(job.module) })),
    claims: builtInOracles.map(({ id, sentence, expectation }) => ({ name: id, why: sentence, expectation })),
    faults: faultCatalogue.map(({ kind, sentence, target, lasts, params, owes, law }) => ({
      name: kind,
      why: sentence,
      target,
      lasts,
      params,
      owes,
      law,
    })),
    mutants: (await allMutants()).map(({ name, why, file, claims, gap }) => ({
      name,
      why: gap === undefined ? why : `${why} Not killed yet: ${gap}`,
      file,
      claims,
      ...(gap === undefined ? {} : { gap }),
    })),
  };
}

function sayRow(row: Row, indented: boolean): string {
  return `${indented ? "  " : ""}${String(row["name"]).padEnd(30)} ${String(row["why"])}\n`;
}
