import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod";
import { fitsGlob, isGlob } from "./glob.ts";
import { Misuse } from "./misuse.ts";
import { suggestion } from "./nearest-name.ts";
import { isScenario, type Scenario } from "./scenario.ts";

/**
 * Where scenarios are and which ones a target names. It owns `millrace.config.ts`, the search for scenario files and
 * the refusal of one with a mistake; how a file is loaded is module-loader.ts.
 */
export interface Project {
  /** Folder of the nearest package.json. */
  readonly root: string;
  readonly name: string;
  readonly config: ProjectConfig;
}

export interface ProjectConfig {
  /** Globs of scenario files, relative to the root. */
  readonly scenarios: readonly string[];
  /** Where reports and failure files go. */
  readonly out: string;
  readonly regressions: string;
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Relative to the root, or `millrace:<name>` for a bundled one. */
  readonly module: string;
  readonly export: string;
}

/** Loads a module of the project; TypeScript too, and with the instance of Millrace that is running. */
export type LoadModule = (path: string) => Promise<Readonly<Record<string, unknown>>>;

const configSchema = z.strictObject({
  scenarios: z.exactOptional(z.union([z.string(), z.array(z.string())])),
  out: z.exactOptional(z.string()),
  regressions: z.exactOptional(z.string()),
});

const configNames = ["millrace.config.ts", "millrace.config.mts", "millrace.config.js", "millrace.config.mjs"];

export async function openProject(from: string, load: LoadModule): Promise<Project> {
  const root = nearestPackage(from) ?? from;
  const file = configNames.map(name => join(root, name)).find(existsSync);
  const given = file === undefined ? {} : await readConfig(file, load);
  const { scenarios = "scenarios/**/*.ts", out = "reports", regressions = "scenarios/regressions" } = given;
  return {
    root,
    name: packageName(root),
    config: {
      scenarios: typeof scenarios === "string" ? [scenarios] : scenarios,
      out: join(root, out),
      regressions: join(root, regressions),
    },
  };
}

/** The project's scenarios, then the bundled ones, each group by file and name. */
export async function findScenarios(project: Project, load: LoadModule): Promise<readonly LoadedScenario[]> {
  // In Millrace's own folder the sources of the bundled scenarios are not a project's scenarios.
  const own = project.name === "millrace" ? [] : await projectScenarios(project, load);
  const bundled = await scenariosOf(bundledFiles(), load, (_, scenario) => `millrace:${scenario.name}`);
  const names = new Set<string>();
  for (const { scenario, module } of own) {
    if (names.has(scenario.name))
      throw new Misuse(
        `Two scenarios have the name "${scenario.name}"; names are targets and file names. Rename one.`,
        { place: module },
      );
    names.add(scenario.name);
  }
  return [...own, ...bundled];
}

/** Those that the targets name: names, globs over names, or files. No target: all of the project, else all bundled. */
export async function selectScenarios(
  project: Project,
  targets: readonly string[],
  load: LoadModule,
): Promise<readonly LoadedScenario[]> {
  // Files alone are played without a look at any other file.
  const all = targets.length > 0 && targets.every(isFile) ? [] : await findScenarios(project, load);
  if (targets.length === 0) {
    const own = all.filter(one => !one.module.startsWith("millrace:"));
    const selected = own.length > 0 ? own : all;
    if (selected.length === 0)
      throw new Misuse(
        `There is no scenario in ${relative(process.cwd(), project.root) || "."}: none matches ${project.config.scenarios.join(", ")}.`,
      );
    return selected;
  }
  const selected: LoadedScenario[] = [];
  for (const target of targets) {
    for (const one of await matching(target, all, project, load)) {
      if (!selected.some(other => other.scenario === one.scenario)) selected.push(one);
    }
  }
  return selected;
}

/** The scenarios that one file exports. */
export async function scenariosIn(
  path: string,
  project: Project,
  load: LoadModule,
): Promise<readonly LoadedScenario[]> {
  const found = await scenariosOf([path], load, file => relative(project.root, file));
  if (found.length === 0) {
    throw new Misuse('This file exports no scenario. Write `export const name = scenario("name", { … })`.', {
      place: relative(process.cwd(), path),
    });
  }
  return found;
}

async function matching(
  target: string,
  all: readonly LoadedScenario[],
  project: Project,
  load: LoadModule,
): Promise<readonly LoadedScenario[]> {
  const path = resolve(target);
  if (isFile(target)) {
    if (!existsSync(path)) throw new Misuse(`There is no file ${target}.`);
    return scenariosIn(path, project, load);
  }
  if (target.startsWith("millrace:")) {
    const bundled = all.find(one => one.module === target);
    if (bundled !== undefined) return [bundled];
  } else {
    const own = all.filter(({ scenario }) => scenario.name === target);
    if (own.length > 0) return own.slice(0, 1);
    const globbed = isGlob(target) ? all.filter(({ scenario }) => fitsGlob(scenario.name, target)) : [];
    if (globbed.length > 0) return globbed;
  }
  throw new Misuse(
    `There is no scenario "${target}". ${suggestion(
      target,
      all.map(({ scenario }) => scenario.name),
    )}`,
  );
}

function isFile(target: string): boolean {
  return /\.[cm]?[jt]s$/.test(target);
}

async function projectScenarios({ root, config }: Project, load: LoadModule): Promise<readonly LoadedScenario[]> {
  const files = filesBelow(root, root).filter(
    file => !/\.(test|d)\.[cm]?ts$/.test(file) && config.scenarios.some(glob => fitsGlob(file, glob)),
  );
  return scenariosOf(
    files.map(file => join(root, file)),
    load,
    file => relative(root, file),
  );
}

async function scenariosOf(
  files: readonly string[],
  load: LoadModule,
  moduleOf: (file: string, scenario: Scenario) => string,
): Promise<readonly LoadedScenario[]> {
  const found: LoadedScenario[] = [];
  for (const file of files) {
    const exports = await loadNamed(file, load);
    for (const [name, value] of Object.entries(exports)) {
      if (isScenario(value)) found.push({ scenario: value, module: moduleOf(file, value), export: name });
    }
  }
  return found;
}

/** A mistake in the file is told with the line of the file in which it was made. */
async function loadNamed(file: string, load: LoadModule): Promise<Readonly<Record<string, unknown>>> {
  const shown = relative(process.cwd(), file);
  try {
    return await load(file);
  } catch (cause) {
    if (!(cause instanceof Error)) throw new Misuse(`The file could not be loaded: ${String(cause)}`, { place: shown });
    const line = lineWithin(cause, file);
    const place = line === undefined ? shown : `${shown}:${line}`;
    throw new Misuse(cause.message.split("\n", 1)[0]!, { place, cause });
  }
}

/** The line of the topmost stack frame in that file; loaders write it as a path or as a URL. */
function lineWithin(error: Error, file: string): string | undefined {
  const frames = (error.stack ?? "").split("\n");
  for (const form of [file, pathToFileURL(file).href]) {
    for (const frame of frames) {
      const at = frame.indexOf(`${form}:`);
      if (at >= 0) return /^(\d+)/.exec(frame.slice(at + form.length + 1))?.[1];
    }
  }
  return undefined;
}

async function readConfig(file: string, load: LoadModule): Promise<z.infer<typeof configSchema>> {
  const exports = await loadNamed(file, load);
  const checked = configSchema.safeParse(exports["default"]);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Misuse(
    `"${issue?.path.join(".") ?? ""}": ${issue?.message ?? "wrong"}. It exports by default { scenarios, out, regressions }.`,
    {
      place: relative(process.cwd(), file),
    },
  );
}

/** `scenarios` beside `src`: the built ones when we are built, the sources when a test runner loads sources. */
function bundledFiles(): readonly string[] {
  const here = fileURLToPath(import.meta.url);
  const folder = join(dirname(here), "../../scenarios");
  const ending = here.endsWith(".ts") ? ".ts" : ".js";
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(file => file.endsWith(ending) && !file.endsWith(`.test${ending}`) && !file.endsWith(".d.ts"))
    .sort()
    .map(file => join(folder, file));
}

function filesBelow(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return entry.name === "node_modules" || entry.name.startsWith(".") || entry.name === "dist"
          ? []
          : filesBelow(path, root);
      return [relative(root, path)];
    });
}

function nearestPackage(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function packageName(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { name?: unknown };
    return typeof name === "string" ? name : basename(root);
  } catch {
    return basename(root);
  }
}
