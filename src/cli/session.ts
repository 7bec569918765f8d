import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import * as face from "../index.ts";
import type { CasePlayer } from "../explore/case-run.ts";
import { corpusFiles } from "../explore/corpus.ts";
import { refuseUnplayable, type Failure } from "../explore/failure-file.ts";
import type { RecordedTarget } from "../explore/failure-recorder.ts";
import { lineOfPath } from "../explore/json-place.ts";
import { Misuse } from "../explore/misuse.ts";
import { freshJobLoader, moduleLoader } from "../explore/module-loader.ts";
import { suggestion } from "../explore/nearest-name.ts";
import {
  findScenarios,
  openProject,
  scenariosIn,
  selectScenarios,
  type LoadedScenario,
  type LoadModule,
  type Project,
} from "../explore/project.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import { installFence } from "../kernel/fence/fence.ts";
import { lastFailures } from "./last-failures.ts";
import { reserveResults } from "./results.ts";

/**
 * What every command that plays cases begins with: the fence, the project, its scenarios, and somebody who plays them.
 * The fence must stand before the first module of an author is loaded.
 */
export interface Session {
  readonly project: Project;
  readonly load: LoadModule;
}

export async function openSession(): Promise<Session> {
  reserveResults();
  installFence();
  const load = moduleLoader(face);
  return { project: await openProject(process.cwd(), load), load };
}

export async function targetsOf(session: Session, names: readonly string[]): Promise<readonly RecordedTarget[]> {
  return (await selectScenarios(session.project, names, session.load)).map(recordedTarget);
}

/**
 * The scenario of a failure file, by its name, wherever it is written by now. When nobody has it, what became of the module
 * and of the export that the file names is told.
 */
export async function scenarioOfFailure(session: Session, failure: Failure, place: string): Promise<RecordedTarget> {
  const { name, module, export: exported } = failure.scenario;
  const all = await findScenarios(session.project, session.load);
  const found = named(all, name) ?? named(await elsewhere(session, module), name);
  if (found !== undefined) {
    refuseUnlike(session, failure, found, place);
    return recordedTarget(found);
  }
  const hint = suggestion(
    name,
    all.map(({ scenario }) => scenario.name),
  );
  if (module.startsWith("millrace:"))
    throw new Misuse(`This version of Millrace has no scenario "${name}" any more. ${hint}`, { place });
  const remedy = `Restore it, or put the scenario's new name and place into "scenario" and "case.scenario" of the file.`;
  throw new Misuse(
    existsSync(join(session.project.root, module))
      ? `${module} exports no scenario "${name}" any more${exported === "" ? "" : ` (it was ${exported})`}. ${remedy} ${hint}`
      : `The module ${module}, which has the scenario "${name}" of this failure, does not exist. ${remedy}`,
    { place },
  );
}

/** A file that does not go with the scenario that it names. */
export function refuseUnlike(session: Session, failure: Failure, found: FoundScenario, path: string): void {
  refuseMisplaced(session, failure, found, path);
  refuseUnplayable(failure, found.scenario, path);
}

/** A scenario and where it is written. */
type FoundScenario = Pick<LoadedScenario, "scenario" | "module" | "export">;

/**
 * A file that we wrote may outlive the place of its scenario, which is found by its name wherever it is by now. In a file that
 * somebody has written or changed (it has no sum) a module or an export that is not there is a mistake.
 */
function refuseMisplaced({ project }: Session, { sum, scenario }: Failure, found: FoundScenario, path: string): void {
  if (sum !== undefined) return;
  const wrong = (field: "module" | "export", message: string): Misuse => {
    const line = lineOfPath(readFileSync(path, "utf8"), ["scenario", field]);
    return new Misuse(`"scenario.${field}" is wrong: ${message} "${found[field]}" is wanted.`, {
      place: `${path}:${line}`,
    });
  };
  const { name, module, export: exported } = scenario;
  if (module !== found.module) {
    const isThere = module.startsWith("millrace:") || existsSync(join(project.root, module));
    throw wrong(
      "module",
      isThere ? `${module} exports no scenario "${name}".` : `The module ${module} does not exist.`,
    );
  }
  // An export that is left open is none that is wrong.
  if (exported !== "" && exported !== found.export)
    throw wrong("export", `${module} exports no scenario as "${exported}".`);
}

/** What the module of a failure exports, if it lies where no glob of the project looks: its path was a target then. */
async function elsewhere({ project, load }: Session, module: string): Promise<readonly LoadedScenario[]> {
  const path = join(project.root, module);
  return module.startsWith("millrace:") || !existsSync(path) ? [] : scenariosIn(path, project, load);
}

function named(scenarios: readonly LoadedScenario[], name: string): LoadedScenario | undefined {
  return scenarios.find(({ scenario }) => scenario.name === name);
}

export function playerOf(loaded: LoadedScenario): CasePlayer {
  return new WorldPlayer(loaded.scenario, freshJobLoader(loaded.scenario.job, face));
}

/** A failure file by its path or by its id. */
export function failurePath({ project }: Session, fileOrId: string): string {
  const candidates = [
    fileOrId,
    join(fileOrId, "case.json"),
    join(project.config.out, "failures", fileOrId, "case.json"),
    join(project.config.regressions, `${fileOrId}.json`),
  ];
  const found = candidates.find(path => path.endsWith(".json") && existsSync(path));
  if (found !== undefined) return found;
  const ids = failureIds(project);
  throw new Misuse(
    `There is no failure "${fileOrId}": neither a file nor a folder of ${shown(join(project.config.out, "failures"))}. ${ids.length === 0 ? "None was found yet: `millrace explore` writes them." : suggestion(fileOrId, ids)}`,
  );
}

/** What campaigns have found, and what was kept of it. */
function failureIds({ config }: Project): readonly string[] {
  const found = lastFailures(config.out).map(file => basename(dirname(file)));
  const kept = corpusFiles(config.regressions).map(file => basename(file, ".json"));
  return [...new Set([...found, ...kept])];
}

/** Relative to the working directory. */
export function shown(path: string): string {
  return relative(process.cwd(), path) || ".";
}

function recordedTarget(loaded: LoadedScenario): RecordedTarget {
  const { scenario, module } = loaded;
  return { scenario, module, export: loaded.export, player: playerOf(loaded), jobFile: shown(scenario.job.module) };
}
