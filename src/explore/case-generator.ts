import * as fc from "fast-check";
import { slotsNeeded, type Case, type CaseInput, type Knobs, type Topology } from "../world/case.ts";
import { shelf } from "./dataset.ts";
import { CountedDraws, Dice, randomOf } from "./dice.ts";
import type { Pilot } from "./pilot.ts";
import { isArbitrary, isSlice, type Scenario, type ScenarioInput, type StormChoice } from "./scenario.ts";
import { shrinkSteps, type ShrinkPosition } from "./shrink-order.ts";
import { kindsOf, stormPlan } from "./storm.ts";
import type { Profile } from "./profile.ts";
import { drawKey } from "../kernel/random.ts";

/**
 * The cases of a scenario: as a fast-check arbitrary whose shrinking goes in delta-debugging order (shrink-order.ts).
 * It owns the cluster, the settings and the input beneath a storm; the plan itself is storm.ts.
 */
export class CaseArbitrary extends fc.Arbitrary<Case> {
  readonly #scenario: Scenario;
  readonly #pilot: Pilot;
  readonly #profile: Profile | undefined;

  /** `profile` overrides the scenario's own choice. */
  constructor(scenario: Scenario, pilot: Pilot, profile?: Profile) {
    super();
    this.#scenario = scenario;
    this.#pilot = pilot;
    this.#profile = profile;
  }

  override generate(random: fc.Random): fc.Value<Case> {
    const scenario = this.#scenario;
    const dice = new Dice(random);
    const seed = `${dice.between(0, 0x7fffffff).toString(36)}${dice.between(0, 0x7fffffff).toString(36)}`;
    const storm = stormOf(scenario, this.#profile);
    const topology = storm === false ? scenario.topology : topologyOf(dice, scenario);
    const input = inputOf(scenario, random);
    const pace = { ...scenario.knobs, recordCostUs: this.#pilot.recordCostUs };
    const knobs = storm === false ? pace : knobsOf(dice, pace, scenario);
    const plan =
      storm === false
        ? scenario.plan
        : [
            ...scenario.plan,
            ...stormPlan(dice, {
              profile: storm.profile,
              kinds: storm.kinds ?? kindsOf(storm.profile),
              topology,
              services: Object.keys(scenario.services),
              pilot: this.#pilot,
            }),
          ];
    return new fc.Value({ schema: 1, scenario: scenario.name, topology, knobs, input, plan, seed }, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === "object" && value !== null && "plan" in value;
  }

  override shrink(value: Case, context: unknown): fc.Stream<fc.Value<Case>> {
    return fc.stream(valuesOf(value, context as ShrinkPosition | undefined));
  }
}

/** Case `index` of a campaign: a function of its arguments and of the version of Millrace. */
export function caseAt(scenario: Scenario, pilot: Pilot, seed: string, index: number, profile?: Profile): Case {
  return new CaseArbitrary(scenario, pilot, profile).generate(randomOf(seed, scenario.name, index)).value;
}

/** The scenario as it is written, without chance: the ground of its pilot. */
export function calmCase(scenario: Scenario): Case {
  const random = new fc.Random(new CountedDraws(drawKey("calm", scenario.name)));
  return {
    schema: 1,
    scenario: scenario.name,
    topology: scenario.topology,
    knobs: scenario.knobs,
    input: inputOf(scenario, random),
    plan: [],
    seed: "calm",
  };
}

function* valuesOf(value: Case, position: ShrinkPosition | undefined): IterableIterator<fc.Value<Case>> {
  for (const step of shrinkSteps(value, position)) yield new fc.Value(step.case, step.position);
}

function stormOf(scenario: Scenario, profile: Profile | undefined): false | StormChoice {
  if (scenario.storm === false || profile === undefined) return scenario.storm;
  return { ...scenario.storm, profile };
}

function topologyOf(dice: Dice, { topology, fixed }: Scenario): Topology {
  const [storageNodes, replicas] = dice.weighted<readonly [number, number]>([
    [70, [3, 2]],
    [15, [2, 2]],
    [15, [4, 3]],
  ]);
  const parallelism = dice.weighted([
    [2, 1],
    [5, 2],
    [3, 3],
  ]);
  const drawn: Topology = {
    // A second one is a standby: who was deposed or is gone for good is followed by another.
    jobManagers: dice.weighted([
      [13, 1],
      [7, 2],
    ]),
    workers: dice.between(2, 4),
    slotsPerWorker: dice.between(1, 3),
    storageNodes,
    replicas,
    parallelism,
    partitions: dice.between(1, 3),
    placement: dice.chance(250) ? "together" : "spread",
    // A classic broker may lose what was prepared: that is for scenarios which say so.
    broker: "durable-prepare",
    persistence: dice.weighted<Topology["persistence"]>([
      [2, "prefix"],
      [4, "ordered"],
      [4, "weak"],
    ]),
  };
  const { widest } = topology;
  const { storageNodes: nodes = topology.storageNodes, replicas: copies = topology.replicas } = fixed.topology;
  const storageIsFixed = fixed.topology.storageNodes !== undefined || fixed.topology.replicas !== undefined;
  const own = widest === undefined ? {} : { widest };
  const merged = {
    ...drawn,
    ...fixed.topology,
    ...own,
    ...(storageIsFixed ? { storageNodes: nodes, replicas: copies } : {}),
  };
  // One worker may stay dead: the others must have room for the whole job.
  const slotsEach = Math.ceil(slotsNeeded(merged) / Math.max(1, merged.workers - 1));
  return { ...merged, slotsPerWorker: Math.max(merged.slotsPerWorker, slotsEach) };
}

/** About half of the settings stay as the scenario has them, the others are drawn from values that reach other code. */
function knobsOf(dice: Dice, knobs: Knobs, { fixed }: Scenario): Knobs {
  const choices: Partial<Record<keyof Knobs, readonly number[]>> = {
    checkpointIntervalMs: [
      knobs.checkpointIntervalMs,
      Math.ceil(knobs.checkpointIntervalMs / 2),
      Math.ceil(knobs.checkpointIntervalMs * 1.5),
    ],
    minPauseMs: [0, knobs.minPauseMs, Math.ceil(knobs.checkpointIntervalMs / 2)],
    restartDelayMs: [0, knobs.restartDelayMs, knobs.restartDelayMs * 5],
    bufferRecordsMax: [1, 4, 16, 64],
    creditsPerChannel: [1, 2, 4],
    recordCostUs: [knobs.recordCostUs, Math.ceil(knobs.recordCostUs * 0.7), knobs.recordCostUs * 2],
    linkLatencyUs: [50, 500, 5_000],
    linkJitterUs: [0, 200, 5_000],
    diskLatencyUs: [20, 200, 2_000],
    clockOffsetMsMax: [0, 50, 60_000],
  };
  const drawn: Partial<Record<keyof Knobs, number>> = {};
  for (const [knob, values] of Object.entries(choices) as [keyof Knobs, readonly number[]][]) {
    // Both draws always happen: fixing one setting does not reshuffle the others.
    const vary = dice.chance(500);
    const value = dice.pick(values);
    if (vary && fixed.knobs[knob] === undefined) drawn[knob] = value;
  }
  return { ...knobs, ...drawn };
}

function inputOf(scenario: Scenario, random: fc.Random): CaseInput {
  return Object.fromEntries(Object.entries(scenario.input).map(([topic, input]) => [topic, topicInput(input, random)]));
}

function topicInput(input: ScenarioInput, random: fc.Random): CaseInput[string] {
  if (isSlice(input))
    return { kind: "dataset", name: input.name, from: input.from, to: input.to ?? shelf.records(input.name).length };
  if (isArbitrary(input)) return { kind: "values", values: input.generate(random, undefined).value };
  return { kind: "values", values: input };
}
