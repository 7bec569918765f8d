import * as fc from "fast-check";
import type { Main } from "../host/host.ts";
import type { Oracle } from "../oracles/oracle.ts";
import { describeJob } from "../runtime/graph/compile-job.ts";
import type { Knobs, Topology } from "../world/case.ts";
import { faultKinds, type Fault, type FaultKind } from "../world/fault.ts";
import { clusterMistake } from "./case-mistake.ts";
import { planSchema } from "./case-schema.ts";
import type { DatasetSlice } from "./dataset.ts";
import { defaultKnobs, defaultTopology } from "./defaults.ts";
import { Misuse, sentence } from "./misuse.ts";
import { allowedNames } from "./nearest-name.ts";
import { planMistake, type Inhabited } from "./plan-mistake.ts";
import type { Actors } from "../world/world.ts";
import { planOn, type PlanWriter } from "./plan.ts";
import { profiles, type Profile } from "./profile.ts";

/**
 * A scenario: a job, a cluster, an input and what goes wrong, with the words why. It owns the form in which an author
 * writes one and refuses a mistake when it is written, not when it is played; a case (world/case.ts) is what is played.
 */
export interface Scenario {
  readonly kind: "scenario";
  readonly name: string;
  readonly why: string;
  readonly job: ScenarioJob;
  readonly params: unknown;
  readonly topology: Topology;
  /** The settings that the author fixed: a storm varies the others. */
  readonly fixed: { readonly topology: Partial<Topology>; readonly knobs: Partial<Knobs> };
  readonly knobs: Knobs;
  readonly services: Readonly<Record<string, ScenarioService>>;
  /** By topic. */
  readonly input: Readonly<Record<string, ScenarioInput>>;
  readonly plan: readonly Fault[];
  readonly storm: false | StormChoice;
  /** Added to the built-in claims. */
  readonly claims: readonly Oracle[];
  readonly compare: Comparison | undefined;
}

export interface ScenarioSpec {
  /** One or two sentences: what could go wrong here, and what must hold. */
  readonly why: string;
  readonly job: ScenarioJob;
  /** Plain JSON; the job's factory gets it. */
  readonly params?: unknown;
  readonly cluster?: Partial<Topology>;
  /** An author's own external systems: each on a machine of its own, and a fault target by its name. */
  readonly services?: Readonly<Record<string, ScenarioService>>;
  readonly knobs?: Partial<Knobs>;
  /** Records of the topic `input`, or of each topic by name. */
  readonly input: ScenarioInput | Readonly<Record<string, ScenarioInput>>;
  /** Fixed faults; without them a storm. */
  readonly plan?: readonly Fault[] | ((on: PlanWriter) => readonly Fault[]);
  /** Default: on without a plan, off with one. */
  readonly storm?: false | Partial<StormChoice>;
  readonly claims?: readonly Oracle[];
  readonly compare?: Comparison;
}

/** What `job(…)` makes. */
export type ScenarioJob = Actors["job"];

/** The program of an external system; its name in `services` is its role. */
export interface ScenarioService {
  readonly main: Main;
}

export type ScenarioInput = readonly unknown[] | fc.Arbitrary<readonly unknown[]> | DatasetSlice;

export interface StormChoice {
  readonly profile: Profile;
  /** Absent: every kind of the profile. */
  readonly kinds?: readonly FaultKind[];
}

/** A comparison weaker than equality along the committed order, and why this job needs it. */
export interface Comparison {
  readonly by: "per-key-sequence" | "multiset";
  readonly because: string;
}

/** The topic of an input that is not named. */
export const defaultTopic = "input";

export function scenario(name: string, spec: ScenarioSpec): Scenario {
  const at = `scenario("${name}")`;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new Misuse(
      `${at}: a name is in kebab-case, such as "crash-between-barrier-and-ack"; it is a target and a file name.`,
    );
  }
  refuseUnknown(at, spec, [
    "why",
    "job",
    "params",
    "cluster",
    "services",
    "knobs",
    "input",
    "plan",
    "storm",
    "claims",
    "compare",
  ]);
  if (typeof spec.why !== "string" || spec.why.trim().length < 10) {
    throw new Misuse(`${at}: "why" is missing. Say in a sentence what could go wrong here and what must hold.`);
  }
  if (typeof spec.job !== "object" || spec.job === null || typeof spec.job.name !== "string") {
    throw new Misuse(`${at}: "job" is not a job. Give what job("name", (env, params) => { … }) returns.`);
  }
  const params = plainParams(at, spec.params);
  const widest = widestOf(at, spec.job, params);
  const own = widest > 1 ? { widest } : {};
  const topology = { ...defaultTopology, ...checkedTopology(at, spec.cluster ?? {}), ...own };
  const knobs = { ...defaultKnobs, ...checkedKnobs(at, spec.knobs ?? {}) };
  const unable = clusterMistake(topology, knobs);
  if (unable !== undefined) throw new Misuse(`${at}: ${unable.message}`);
  const services = checkedServices(at, spec.services ?? {});
  const plan = planOf(at, spec.plan, { job: spec.job, params, services, topology });
  return {
    kind: "scenario",
    name,
    why: spec.why,
    job: spec.job,
    params,
    topology,
    knobs,
    fixed: { topology: spec.cluster ?? {}, knobs: spec.knobs ?? {} },
    services,
    input: checkedInput(at, spec.input),
    plan,
    storm: stormOf(at, spec.storm, plan),
    claims: spec.claims ?? [],
    compare: spec.compare,
  };
}

export function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "scenario";
}

/** Builds the job once, so that what is wrong with it is told here and not by each case. */
function widestOf(at: string, job: ScenarioJob, params: unknown): number {
  try {
    const { nodes } = describeJob(job, params, { parallelism: 1 });
    return Math.max(...nodes.map(({ parallelism }) => parallelism));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Misuse(`${at}: the job "${job.name}" cannot be built: ${why}`, { cause });
  }
}

function planOf(at: string, plan: ScenarioSpec["plan"], inhabited: Inhabited): readonly Fault[] {
  if (plan === undefined) return [];
  const faults: unknown = typeof plan === "function" ? plan(planOn) : plan;
  if (!Array.isArray(faults))
    throw new Misuse(
      `${at}: "plan" must give a list of faults, such as on => [on.checkpoint(3).completed().kill("tm0")].`,
    );
  const checked = planSchema.safeParse(faults);
  const mistake = checked.success ? planMistake(checked.data, inhabited) : checked.error.issues[0];
  if (mistake !== undefined) {
    const [index, ...within] = mistake.path;
    throw new Misuse(
      `${at}: ${[`plan[${String(index)}]`, ...within].map(String).join(".")}: ${sentence(mistake.message)}`,
    );
  }
  return faults as Fault[];
}

function stormOf(at: string, storm: ScenarioSpec["storm"], plan: readonly Fault[]): false | StormChoice {
  if (storm === false || (storm === undefined && plan.length > 0)) return false;
  const { profile = "standard", kinds } = storm ?? {};
  if (!profiles.includes(profile)) {
    throw new Misuse(`${at}: storm.profile "${profile}" is unknown. ${allowedNames(profile, profiles)}`);
  }
  for (const kind of kinds ?? []) {
    if (!faultKinds.includes(kind))
      throw new Misuse(`${at}: storm.kinds has an unknown fault "${kind}". ${allowedNames(kind, faultKinds)}`);
  }
  return { profile, ...(kinds === undefined ? {} : { kinds }) };
}

const topologyWords: Readonly<Record<string, readonly string[]>> = {
  placement: ["spread", "together"],
  persistence: ["prefix", "ordered", "weak"],
  broker: ["durable-prepare", "classic"],
};

function checkedTopology(at: string, cluster: Partial<Topology>): Partial<Topology> {
  refuseUnknown(`${at}: cluster`, cluster, Object.keys(defaultTopology));
  for (const [key, value] of Object.entries(cluster)) {
    const words = topologyWords[key];
    if (words !== undefined) {
      if (!words.includes(String(value)))
        throw new Misuse(`${at}: cluster.${key} is one of ${words.join(", ")}, not ${JSON.stringify(value)}.`);
    } else if (!Number.isInteger(value) || (value as number) < 1) {
      throw new Misuse(`${at}: cluster.${key} is a whole number from 1, not ${JSON.stringify(value)}.`);
    }
  }
  return cluster;
}

function checkedKnobs(at: string, knobs: Partial<Knobs>): Partial<Knobs> {
  refuseUnknown(`${at}: knobs`, knobs, Object.keys(defaultKnobs));
  for (const [key, value] of Object.entries(knobs)) {
    if (!Number.isInteger(value) || value < 0)
      throw new Misuse(`${at}: knobs.${key} is a whole number from 0, not ${JSON.stringify(value)}.`);
  }
  return knobs;
}

function checkedServices(
  at: string,
  services: Readonly<Record<string, ScenarioService>>,
): Readonly<Record<string, ScenarioService>> {
  for (const [name, service] of Object.entries(services)) {
    if (!/^[a-z][a-z0-9]*$/.test(name) || /^(coord|broker|(jm|tm|dfs)\d*)$/.test(name)) {
      throw new Misuse(
        `${at}: the service "${name}" needs another name: lower-case letters and digits, a letter first, and none of coord, broker, jm0, tm0, dfs0.`,
      );
    }
    if (typeof service?.main !== "function")
      throw new Misuse(`${at}: the service "${name}" has no program. Give service("${name}", host => { … }).`);
  }
  return services;
}

function checkedInput(at: string, input: ScenarioSpec["input"]): Readonly<Record<string, ScenarioInput>> {
  if (input === undefined || input === null)
    throw new Misuse(`${at}: "input" is missing. Give records, an fc.Arbitrary of records, or dataset("name").`);
  if (isInput(input)) return { [defaultTopic]: input };
  const topics = Object.entries(input);
  for (const [topic, one] of topics) {
    if (!isInput(one))
      throw new Misuse(`${at}: input.${topic} is neither a list of records, nor an fc.Arbitrary, nor a dataset(…).`);
  }
  if (topics.length === 0) throw new Misuse(`${at}: "input" names no topic.`);
  return input as Readonly<Record<string, ScenarioInput>>;
}

function isInput(value: unknown): value is ScenarioInput {
  return Array.isArray(value) || isArbitrary(value) || isSlice(value);
}

export function isSlice(value: unknown): value is DatasetSlice {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { kind?: unknown }).kind === "dataset" &&
    typeof (value as { name?: unknown }).name === "string"
  );
}

/** By its face, since an author's own copy of fast-check makes arbitraries of another class. */
export function isArbitrary(value: unknown): value is fc.Arbitrary<readonly unknown[]> {
  return (
    value instanceof fc.Arbitrary ||
    (typeof value === "object" && value !== null && typeof (value as { generate?: unknown }).generate === "function")
  );
}

function plainParams(at: string, params: unknown): unknown {
  if (params === undefined) return {};
  if (!isPlain(params)) throw new Misuse(`${at}: "params" is not plain JSON; it travels to every process as data.`);
  return params;
}

function isPlain(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlain);
}

function refuseUnknown(at: string, given: object, allowed: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (allowed.includes(key)) continue;
    throw new Misuse(`${at}: "${key}" is unknown. ${allowedNames(key, allowed)}`);
  }
}
