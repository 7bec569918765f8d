import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Chalk, chalkStderr, type ChalkInstance } from "chalk";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { DefaultReporter } from "../report/default-reporter.ts";
import { githubReporter } from "../report/github-reporter.ts";
import { jsonReporter } from "../report/json-reporter.ts";
import { junitReporter } from "../report/junit-reporter.ts";
import { allOf, type Reporter, type TextOut } from "../report/reporter.ts";
import { writeResult } from "./results.ts";

/**
 * From the names of `--reporter` to reporters. Text goes to standard error, the JSON document to standard output, files to
 * `out`.
 */
export function chooseReporters(flags: { readonly reporter?: string; readonly json?: boolean }, out: string): Reporter {
  const names = flags.reporter?.split(",").map(name => name.trim()) ?? ["default"];
  if (flags.json === true && !names.includes("json")) names.push("json");
  // Who is named twice tells it once: two documents are none.
  return allOf([...new Set(names)].map(name => reporterNamed(name, out)));
}

/** Standard error; a terminal only when nobody has said that this is continuous integration. */
export const standardError: TextOut = {
  isTerminal: process.stderr.isTTY === true && process.env["CI"] === undefined,
  get columns() {
    return process.stderr.columns;
  },
  write: text => void process.stderr.write(text),
};

const known: Readonly<Record<string, (out: string) => Reporter>> = {
  default: () => new DefaultReporter(standardError, chalkForErrors()),
  json: () => jsonReporter(writeResult),
  junit: out =>
    junitReporter(text => {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, "junit.xml"), text);
    }),
  github: () => {
    const summary = process.env["GITHUB_STEP_SUMMARY"];
    return githubReporter(
      text => void process.stderr.write(text),
      summary === undefined ? undefined : markdown => appendFileSync(summary, markdown),
    );
  },
};

function reporterNamed(name: string, out: string): Reporter {
  const make = known[name];
  if (make === undefined) throw new Misuse(`There is no reporter "${name}". ${suggestion(name, Object.keys(known))}`);
  return make(out);
}

/** chalk judges standard output by itself; colours of standard error follow standard error, NO_COLOR and FORCE_COLOR. */
export function chalkForErrors(): ChalkInstance {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return new Chalk({ level: 0 });
  if (FORCE_COLOR !== undefined) return chalkStderr;
  return process.stderr.isTTY === true ? chalkStderr : new Chalk({ level: 0 });
}
