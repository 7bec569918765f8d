import type { Case, Knobs, Topology, TopicInput } from "../world/case.ts";
import type { Fault, Trigger } from "../world/fault.ts";
import { isBearable } from "./damage-budget.ts";
import { plainKnobs } from "./defaults.ts";

/**
 * In which order a failing case is made smaller. It owns the candidates and where to go on after one has kept the
 * failure; who plays them, and which failure counts as the same, is shrink.ts.
 *
 * Delta debugging (Zeller & Hildebrandt, TSE 2002) by complements. The plain order of simultaneous events comes first: it
 * costs one run, and what is left out afterwards moves nothing else about. Then whole fault kinds, then ever smaller chunks
 * of the plan; then machines, parallelism, records, settings; then coarser times. After a success the search goes on where it
 * stood, at the same chunk size, instead of from the beginning: that is what makes it tens of runs and not hundreds.
 * When a whole pass has changed something another pass follows, so that the end is 1-minimal.
 */
export function* shrinkSteps(from: Case, position: ShrinkPosition = start): Generator<ShrinkStep> {
  yield* stepsOfPass(from, position);
  if (position.changed) yield* stepsOfPass(from, start);
}

/** What is left of the pass that `position` is in. */
export function* stepsOfPass(from: Case, position: ShrinkPosition = start): Generator<ShrinkStep> {
  for (let stage = position.stage; stage < stages.length; stage++) {
    const at = stage === position.stage ? position.at : undefined;
    for (const step of stages[stage]!(from, at)) {
      yield { case: step.case, position: { stage, at: step.at, changed: true } };
    }
  }
}

export interface ShrinkStep {
  readonly case: Case;
  /** Where shrinking goes on if this candidate keeps the failure. */
  readonly position: ShrinkPosition;
}

export interface ShrinkPosition {
  readonly stage: number;
  readonly at: Place | undefined;
  /** Something was made smaller since the current pass began. */
  readonly changed: boolean;
}

/** Within a stage: which list, which chunk size, which offset. */
interface Place {
  readonly list: number;
  readonly size: number;
  readonly offset: number;
}

interface StageStep {
  readonly case: Case;
  readonly at: Place;
}

type Stage = (from: Case, at: Place | undefined) => Generator<StageStep>;

const start: ShrinkPosition = { stage: 0, at: undefined, changed: false };

const stages: readonly Stage[] = [
  each(tieSteps),
  dropKinds,
  dropFaults,
  each(topologySteps),
  cutInputs,
  dropRecords,
  each(knobSteps),
  each(timeSteps),
];

function tieSteps(from: Case): readonly (Case | undefined)[] {
  return [from.ties === "fifo" ? undefined : { ...from, ties: "fifo" }];
}

function* dropKinds(from: Case, at: Place | undefined): Generator<StageStep> {
  const kinds = [...new Set(from.plan.map(fault => fault.kind))];
  for (const { kept, size, offset } of complements(kinds, at)) {
    const plan = from.plan.filter(fault => kept.includes(fault.kind));
    yield { case: { ...from, plan }, at: { list: 0, size, offset } };
  }
}

function* dropFaults(from: Case, at: Place | undefined): Generator<StageStep> {
  for (const { kept, size, offset } of complements(from.plan, at)) {
    yield { case: { ...from, plan: kept }, at: { list: 0, size, offset } };
  }
}

/**
 * Of each input half, a quarter, … a sixteenth is cut from its back, then from its front; a slice of a data set stays one. A
 * bug that only needs so and so much input would cost a run for every record of it, so no finer: of sixteen that is one.
 */
function* cutInputs(from: Case, at: Place | undefined): Generator<StageStep> {
  for (const { topic, list, place } of topicsFrom(from, at)) {
    const input = from.input[topic]!;
    const length = input.kind === "values" ? input.values.length : input.to - input.from;
    const half = Math.min(Math.ceil(length / 2), length - 1);
    const sizeMin = Math.ceil(length / 16);
    let size = Math.min(place?.size ?? half, length - 1);
    for (let offset = place?.offset ?? 0; offset < 2; offset++) {
      for (; size >= sizeMin; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        const [front, back] = offset === 0 ? [0, size] : [size, 0];
        yield { case: withInput(from, topic, cut(input, front, back)), at: { list, size, offset } };
      }
      size = half;
    }
  }
}

function cut(input: TopicInput, front: number, back: number): TopicInput {
  if (input.kind === "dataset") return { ...input, from: input.from + front, to: input.to - back };
  return { kind: "values", values: input.values.slice(front, input.values.length - back) };
}

/** Records out of the middle of a list: quarters of a long one, and one by one when there are at most eight. */
function* dropRecords(from: Case, at: Place | undefined): Generator<StageStep> {
  for (const { topic, list, place } of topicsFrom(from, at)) {
    const input = from.input[topic]!;
    if (input.kind === "dataset") continue;
    const { length } = input.values;
    const sizeMin = length <= 8 ? 1 : Math.ceil(length / 4);
    for (const { kept, size, offset } of complements(input.values, place, sizeMin)) {
      if (kept.length === 0) continue;
      yield { case: withInput(from, topic, { kind: "values", values: kept }), at: { list, size, offset } };
    }
  }
}

function* topicsFrom(from: Case, at: Place | undefined): Generator<{ topic: string; list: number; place?: Place }> {
  const topics = Object.keys(from.input);
  for (let list = at?.list ?? 0; list < topics.length; list++) {
    yield { topic: topics[list]!, list, ...(at !== undefined && list === at.list ? { place: at } : {}) };
  }
}

function withInput(from: Case, topic: string, input: TopicInput): Case {
  return { ...from, input: { ...from.input, [topic]: input } };
}

/** All of a list, then each half, quarter, … taken away, down to chunks of `sizeMin`. */
function* complements<T>(
  list: readonly T[],
  at: Place | undefined,
  sizeMin = 1,
): Generator<{ kept: readonly T[]; size: number; offset: number }> {
  if (list.length === 0) return;
  let size = Math.min(at?.size ?? list.length, list.length);
  let offset = at?.offset ?? 0;
  for (;;) {
    for (; offset < list.length; offset += size) {
      yield { kept: [...list.slice(0, offset), ...list.slice(offset + size)], size, offset };
    }
    if (size <= sizeMin) return;
    size = Math.ceil(size / 2);
    offset = 0;
  }
}

/** A fixed list of simplifications; one that succeeds is tried again, since several are halvings. */
function each(simplifications: (from: Case) => readonly (Case | undefined)[]): Stage {
  return function* (from, at) {
    const simpler = simplifications(from);
    for (let offset = at?.offset ?? 0; offset < simpler.length; offset++) {
      const candidate = simpler[offset];
      if (candidate !== undefined) yield { case: candidate, at: { list: 0, size: 1, offset } };
    }
  };
}

function topologySteps(from: Case): readonly (Case | undefined)[] {
  const { topology } = from;
  const slots = (parallelism: number, workers: number) =>
    Math.max(topology.slotsPerWorker, Math.ceil(parallelism / workers));
  const change = (changed: Partial<Topology>): Case | undefined => {
    const next = { ...topology, ...changed };
    const same = (Object.keys(next) as (keyof Topology)[]).every(key => next[key] === topology[key]);
    if (same || next.workers * next.slotsPerWorker < next.parallelism) return undefined;
    // A smaller cluster may not bear the damage that the plan does: its failure would be another one.
    const candidate = { ...from, topology: next };
    return isBearable(from) && !isBearable(candidate) ? undefined : candidate;
  };
  const { workers, parallelism, partitions } = topology;
  return [
    change({ workers: 1, parallelism: 1, slotsPerWorker: 1, partitions: 1, jobManagers: 1 }),
    change({ jobManagers: 1 }),
    change({ parallelism: 1 }),
    change({ parallelism: Math.max(1, parallelism - 1) }),
    change({ workers: 1, slotsPerWorker: slots(parallelism, 1) }),
    change({ workers: Math.max(1, workers - 1), slotsPerWorker: slots(parallelism, Math.max(1, workers - 1)) }),
    change({ slotsPerWorker: Math.max(1, topology.slotsPerWorker - 1) }),
    change({ partitions: 1 }),
    change({ partitions: Math.max(1, partitions - 1) }),
    change({ storageNodes: 1, replicas: 1 }),
    change({ storageNodes: topology.replicas }),
    change({ placement: "together" }),
    change({ persistence: "prefix" }),
  ];
}

function knobSteps(from: Case): readonly (Case | undefined)[] {
  const names = Object.keys(plainKnobs) as (keyof Knobs)[];
  const differing = names.filter(name => from.knobs[name] !== plainKnobs[name]);
  if (differing.length === 0) return [];
  const single = names.map(name =>
    differing.includes(name) ? { ...from, knobs: { ...from.knobs, [name]: plainKnobs[name] } } : undefined,
  );
  return [differing.length > 1 ? { ...from, knobs: plainKnobs } : undefined, ...single];
}

/** Coarser times and plainer triggers, fault by fault: a reader sees round numbers, and that they do not matter. */
function timeSteps(from: Case): readonly (Case | undefined)[] {
  return from.plan.flatMap((fault, index) =>
    timesOf(fault).map(simpler => {
      if (simpler === undefined) return undefined;
      return { ...from, plan: from.plan.map((other, place) => (place === index ? simpler : other)) };
    }),
  );
}

function timesOf(fault: Fault): readonly (Fault | undefined)[] {
  const { when, forUs } = fault;
  const trigger = (changed: Trigger | undefined) => (changed === undefined ? undefined : { ...fault, when: changed });
  const coarse = (us: number, grain: number) =>
    us % grain === 0 ? undefined : Math.max(grain, Math.round(us / grain) * grain);
  const list: (Fault | undefined)[] = [];
  if ("on" in when) {
    const { plusUs, nth, ...plain } = when;
    list.push(trigger(plusUs === undefined ? undefined : { ...plain, ...(nth === undefined ? {} : { nth }) }));
    list.push(trigger(nth === undefined ? undefined : { ...plain, ...(plusUs === undefined ? {} : { plusUs }) }));
  }
  if ("atUs" in when) {
    for (const grain of [100_000, 10_000, 1_000]) {
      const atUs = coarse(when.atUs, grain);
      list.push(trigger(atUs === undefined ? undefined : { atUs }));
    }
  }
  if (forUs !== undefined) {
    for (const grain of [1_000_000, 100_000]) {
      const lasting = coarse(forUs, grain);
      list.push(lasting === undefined ? undefined : { ...fault, forUs: lasting });
    }
  }
  return list;
}
