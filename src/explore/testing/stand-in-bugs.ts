import * as fc from "fast-check";
import type { Case, Knobs, Topology, TopicInput } from "../../world/case.ts";
import { faultKinds, type Fault } from "../../world/fault.ts";
import { isBearable } from "../damage-budget.ts";
import { defaultTopology, plainKnobs } from "../defaults.ts";

/**
 * Bugs whose needs are data, and the brute force that says whether a case is as small as it can be. Written without a look at
 * the order in which shrinking tries things: it is what that order is judged by.
 */
export interface StandInBug {
  readonly case: Case;
  /** It shows when all needs of one of these lists are met; and in the case itself. */
  readonly alternatives: readonly (readonly Need[])[];
}

export type Need =
  | { readonly kind: "fault"; readonly target: string }
  | { readonly kind: "faults"; readonly atLeast: number }
  | { readonly kind: "machines"; readonly of: MachineCount; readonly atLeast: number }
  | { readonly kind: "spread" }
  | { readonly kind: "weak-disks" }
  | { readonly kind: "knob"; readonly name: keyof Knobs }
  | { readonly kind: "ties" }
  | { readonly kind: "records"; readonly topic: string; readonly atLeast: number }
  | { readonly kind: "these"; readonly topic: string; readonly records: readonly unknown[] }
  | { readonly kind: "odd"; readonly topic: string }
  /** No order in it at all: what is left of a larger case may pass where a smaller one fails. */
  | { readonly kind: "whim"; readonly salt: number };

type MachineCount = (typeof machineCounts)[number];

const machineCounts = [
  "jobManagers",
  "workers",
  "slotsPerWorker",
  "storageNodes",
  "replicas",
  "parallelism",
  "partitions",
] as const;

const knobNames = Object.keys(plainKnobs) as (keyof Knobs)[];

/** Whether a case has the bug. */
export function showing(bug: StandInBug): (played: Case) => boolean {
  const itself = JSON.stringify(bug.case);
  return played =>
    bug.alternatives.some(needs => needs.every(need => isMet(need, played))) || JSON.stringify(played) === itself;
}

function isMet(need: Need, { plan, topology, knobs, ties, input }: Case): boolean {
  switch (need.kind) {
    case "fault":
      return plan.some(({ target }) => target === need.target);
    case "faults":
      return plan.length >= need.atLeast;
    case "machines":
      return topology[need.of] >= need.atLeast;
    case "spread":
      return topology.placement === "spread";
    case "weak-disks":
      return topology.persistence === "weak";
    case "knob":
      return knobs[need.name] !== plainKnobs[need.name];
    case "ties":
      return ties === undefined;
    case "records":
      return recordsOf(input[need.topic]!).length >= need.atLeast;
    case "these":
      return need.records.every(record => recordsOf(input[need.topic]!).includes(record));
    case "odd":
      return recordsOf(input[need.topic]!).length % 2 === 1;
    case "whim":
      return whimOf(JSON.stringify([need.salt, plan, topology, knobs, input])) % 3 !== 0;
  }
}

/** The records stand for themselves: a slice holds its indices. */
function recordsOf(input: TopicInput): readonly unknown[] {
  if (input.kind === "values") return input.values;
  return Array.from({ length: input.to - input.from }, (_, index) => input.from + index);
}

/** FNV-1a, 32 bits. */
function whimOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** Every case that lacks one thing of this one. `within`: records from the middle of lists too, not only from their ends. */
export function singleRemovals(from: Case, within: "ends" | "lists"): readonly Case[] {
  return [
    ...(from.ties === "fifo" ? [] : [{ ...from, ties: "fifo" as const }]),
    ...from.plan.map((_, index) => ({ ...from, plan: without(from.plan, index) })),
    ...smallerClusters(from),
    ...knobNames
      .filter(name => from.knobs[name] !== plainKnobs[name])
      .map(name => ({ ...from, knobs: { ...from.knobs, [name]: plainKnobs[name] } })),
    ...Object.entries(from.input).flatMap(([topic, input]) =>
      shorter(input, within).map(left => ({ ...from, input: { ...from.input, [topic]: left } })),
    ),
  ];
}

function smallerClusters(from: Case): readonly Case[] {
  const { topology } = from;
  const changed: readonly Topology[] = [
    ...machineCounts
      .filter(name => topology[name] > 1)
      .map(name => ({ ...topology, [name]: topology[name] - 1 }) satisfies Topology),
    { ...topology, placement: "together" },
    { ...topology, persistence: "prefix" },
  ];
  return changed
    .filter(({ workers, slotsPerWorker, parallelism }) => workers * slotsPerWorker >= parallelism)
    .filter(({ storageNodes, replicas }) => replicas <= storageNodes)
    .map(next => ({ ...from, topology: next }))
    .filter(next => !isBearable(from) || isBearable(next))
    .filter(next => JSON.stringify(next) !== JSON.stringify(from));
}

function shorter(input: TopicInput, within: "ends" | "lists"): readonly TopicInput[] {
  if (input.kind === "dataset") {
    if (input.from === input.to) return [];
    return [
      { ...input, from: input.from + 1 },
      { ...input, to: input.to - 1 },
    ];
  }
  const { values } = input;
  const places = values.map((_, index) => index);
  const tried = within === "lists" ? places : places.filter(index => index === 0 || index === values.length - 1);
  return tried.map(index => ({ kind: "values", values: without(values, index) }));
}

function without<T>(list: readonly T[], index: number): readonly T[] {
  return list.filter((_, place) => place !== index);
}

/** A case of any shape with a bug in it. */
export const standInBugs: fc.Arbitrary<StandInBug> = anyCase().chain(drawn =>
  fc
    .array(fc.array(needOf(drawn), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 })
    .map(alternatives => ({ case: drawn, alternatives })),
);

function anyCase(): fc.Arbitrary<Case> {
  const count = (max: number) => fc.integer({ min: 1, max });
  const topology = fc
    .record({
      jobManagers: count(3),
      workers: count(4),
      slotsPerWorker: count(3),
      replicas: count(3),
      parallelism: count(4),
      partitions: count(4),
      placement: fc.constantFrom("spread", "together"),
      persistence: fc.constantFrom("prefix", "ordered", "weak"),
      spareNodes: count(2),
    })
    .map(({ spareNodes, slotsPerWorker, ...drawn }): Topology => ({
      ...defaultTopology,
      ...drawn,
      slotsPerWorker: Math.max(slotsPerWorker, Math.ceil(drawn.parallelism / drawn.workers)),
      storageNodes: drawn.replicas + spareNodes - 1,
    }));
  const knobs = fc
    .subarray(knobNames, { maxLength: 6 })
    .map((names): Knobs => ({ ...plainKnobs, ...Object.fromEntries(names.map(name => [name, plainKnobs[name] + 7])) }));
  const plan = fc
    .array(fc.tuple(fc.constantFrom(...faultKinds), fc.constantFrom("tm", "dfs", "jm"), fc.boolean()), { maxLength: 9 })
    .map(faults =>
      faults.map(([kind, role, timed], index): Fault => ({
        kind,
        target: `${role}${index}`,
        when: timed ? { atUs: 1_234_567 } : { on: { event: "barrier.align" }, nth: 2 },
      })),
    );
  const input = fc.record({
    lines: fc.nat(60).map((length): TopicInput => ({ kind: "values", values: Array.from({ length }, (_, id) => id) })),
    flights: fc
      .tuple(fc.nat(50), fc.nat(300))
      .map(([from, length]): TopicInput => ({ kind: "dataset", name: "flights", from, to: from + length })),
  });
  return fc
    .record({ topology, knobs, plan, input })
    .map(drawn => ({ schema: 1, scenario: "stand-in", seed: "s", ...drawn }) satisfies Case);
}

/** Needs that the case may or may not meet: an alternative that nobody can meet is idle, which is a bug as well. */
function needOf({ input, plan }: Case): fc.Arbitrary<Need> {
  const topic = fc.constantFrom(...Object.keys(input));
  const these = topic.chain(name => {
    const records = recordsOf(input[name]!);
    const some = fc.subarray([...records], { maxLength: Math.min(12, records.length) });
    return some.map((needed): Need => ({ kind: "these", topic: name, records: needed }));
  });
  const targets = plan.length === 0 ? ["nobody"] : plan.map(({ target }) => target);
  const plain: fc.Arbitrary<Need> = fc.oneof(
    fc.record({ kind: fc.constant("fault" as const), target: fc.constantFrom(...targets) }),
    fc.record({ kind: fc.constant("faults" as const), atLeast: fc.nat(4) }),
    fc.record({
      kind: fc.constant("machines" as const),
      of: fc.constantFrom(...machineCounts),
      atLeast: fc.integer({ min: 2, max: 3 }),
    }),
    fc.record({ kind: fc.constantFrom("spread" as const, "weak-disks" as const, "ties" as const) }),
    fc.record({ kind: fc.constant("knob" as const), name: fc.constantFrom(...knobNames) }),
    fc.record({ kind: fc.constant("records" as const), topic, atLeast: fc.nat(50) }),
    fc.record({ kind: fc.constant("odd" as const), topic }),
    fc.record({ kind: fc.constant("whim" as const), salt: fc.nat(1_000) }),
  );
  return fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: these });
}
