import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { HostEvent } from "../host/event.ts";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { moduleLoader } from "../explore/module-loader.ts";
import { findScenarios, openProject } from "../explore/project.ts";
import { shelf } from "../explore/dataset.ts";
import { isArbitrary, isSlice, type Scenario, type ScenarioJob } from "../explore/scenario.ts";
import * as face from "../index.ts";
import { folderToWrite } from "./folder-to-write.ts";
import { runLocally } from "./local-cluster.ts";
import { standardError } from "./reporters.ts";

/**
 * `millrace run`: a job on real sockets and a real disk. No fence stands here: this is the real world. Without `--input`
 * a bundled job reads the records of the scenario that shows it.
 */
export async function runJob(name: string, flags: RunFlags): Promise<number> {
  const { job, scenario } = await jobNamed(name);
  const partitions = scenario?.topology.partitions ?? 2;
  const topics = flags.input === undefined ? recordsOf(scenario) : linesBelow(flags.input);
  folderToWrite("--dir", flags.dir);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  const end = await runLocally({
    job,
    params: flags.params ?? scenario?.params ?? {},
    dir: resolve(flags.dir),
    parallelism: flags.parallelism,
    workers: flags.workers,
    jobManagers: flags.jobManagers,
    input: Object.fromEntries(Object.entries(topics).map(([topic, records]) => [topic, spread(records, partitions)])),
    onEvent: (role, event) => {
      if (told.has(event.event)) standardError.write(`${lineOf(role, event)}\n`);
    },
    signal: stop.signal,
  });
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
  standardError.write(
    `${end.state}${end.cause === undefined ? "" : `: ${end.cause}`}; everything lies in ${flags.dir}\n`,
  );
  if (end.state === "running") return 130;
  return end.state === "finished" ? 0 : 1;
}

/** What its flags say. */
export interface RunFlags {
  readonly params?: unknown;
  readonly parallelism: number;
  readonly workers: number;
  readonly jobManagers: number;
  readonly dir: string;
  readonly input?: string;
}

const told: ReadonlySet<string> = new Set([
  "leader.elect",
  "job.running",
  "job.restart",
  "job.finished",
  "job.failed",
  "service.data-lost",
  "service.unreachable",
  "checkpoint.complete",
  "task.failed",
]);

function lineOf(role: string, { event, subtask, checkpoint, detail = {} }: HostEvent): string {
  const about = [
    ...(subtask === undefined ? [] : [subtask]),
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
  ];
  const words = Object.entries(detail).map(([name, value]) => `${name} ${value}`);
  return [role.padEnd(6), event, [...about, ...words].join(", ")].join(" ").trimEnd();
}

async function jobNamed(name: string): Promise<{ readonly job: ScenarioJob; readonly scenario: Scenario | undefined }> {
  const load = moduleLoader(face);
  const project = await openProject(process.cwd(), load);
  if (/\.[cm]?[jt]s$/.test(name)) {
    if (!existsSync(name)) throw new Misuse(`There is no file ${name}.`);
    const jobs = Object.values(await load(resolve(name))).filter(isJob);
    if (jobs.length !== 1)
      throw new Misuse(`${name} exports ${jobs.length} jobs; the module of a job to run exports one.`);
    return { job: jobs[0]!, scenario: undefined };
  }
  const scenarios = (await findScenarios(project, load)).map(({ scenario }) => scenario);
  const scenario = scenarios.find(({ job }) => job.name === name);
  if (scenario !== undefined) return { job: scenario.job, scenario };
  throw new Misuse(
    `There is no job "${name}". ${suggestion(name, [...new Set(scenarios.map(({ job }) => job.name))])}`,
  );
}

function isJob(value: unknown): value is ScenarioJob {
  return typeof value === "object" && value !== null && typeof (value as { factory?: unknown }).factory === "function";
}

function recordsOf(scenario: Scenario | undefined): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    Object.entries(scenario?.input ?? {}).flatMap(([topic, input]) => {
      if (isArbitrary(input)) return [];
      return [[topic, isSlice(input) ? shelf.slice(input) : input]];
    }),
  );
}

function linesBelow(folder: string): Readonly<Record<string, readonly unknown[]>> {
  const files = existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith(".jsonl")) : [];
  if (files.length === 0) throw new Misuse(`There is no <topic>.jsonl in ${folder}.`);
  return Object.fromEntries(files.map(file => [basename(file, ".jsonl"), recordsIn(join(folder, file))]));
}

function recordsIn(path: string): readonly unknown[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, index): unknown[] => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      throw new Misuse(`This line is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
        place: `${path}:${index + 1}`,
      });
    }
  });
}

function spread(records: readonly unknown[], partitions: number): readonly (readonly unknown[])[] {
  const parts: unknown[][] = Array.from({ length: partitions }, () => []);
  for (const [index, record] of records.entries()) parts[index % partitions]!.push(record);
  return parts;
}
