import { slotsNeeded, type Case, type Knobs, type Topology, type TopicInput } from "../world/case.ts";
import type { Fault, Trigger } from "../world/fault.ts";
import { isBearable } from "./damage-budget.ts";
import { plainKnobs } from "./defaults.ts";

/**
 * In which order a failing case is made smaller. It owns the candidates and where to go on after one has kept the
 * failure; who plays them, and which failure counts as the same, is shrink.ts.
 *
 * In three passes. `cluster`: the plain order of simultaneous events (one run, and what goes afterwards moves nothing else
 * about), faults, machines, settings. `input`: coarser times, since a fault that falls earlier needs less input; then
 * records. `singles`: everything that alone may go, which is what 1-minimal means (Zeller & Hildebrandt, TSE 2002), and
 * faults that may go for more time; again, until nothing does. After a success a pass goes on where it stood: that is
 * what makes it tens of runs and not hundreds.
 */
export function* shrinkSteps(from: Case, position: ShrinkPosition = startOf("cluster")): Generator<ShrinkStep> {
  yield* stepsOfPass(from, position);
  for (const pass of shrinkPasses.slice(shrinkPasses.indexOf(position.pass) + 1)) {
    yield* stepsOfPass(from, startOf(pass));
  }
  if (position.pass === "singles" && position.changed) yield* stepsOfPass(from, startOf("singles"));
}

/** What is left of the pass that `position` is in. A list of more records than `listMax` is not tried record by record. */
export function* stepsOfPass(from: Case, position: ShrinkPosition, listMax: number = LIST_MAX): Generator<ShrinkStep> {
  const stages = stagesOf[position.pass];
  for (let stage = position.stage; stage < stages.length; stage++) {
    const at = stage === position.stage ? position.at : undefined;
    for (const step of stages[stage]!(from, at, listMax)) {
      yield { case: step.case, position: { ...position, stage, at: step.at, changed: true } };
    }
  }
}

export function startOf(pass: ShrinkPass): ShrinkPosition {
  return { pass, stage: 0, at: undefined, changed: false };
}

/** Whether the last pass has tried each record of each list. */
export function triesEachRecord({ input }: Case, listMax: number = LIST_MAX): boolean {
  return Object.values(input).every(one => one.kind === "dataset" || one.values.length <= listMax);
}

export interface ShrinkStep {
  readonly case: Case;
  /** Where shrinking goes on if this candidate keeps the failure. */
  readonly position: ShrinkPosition;
}

export interface ShrinkPosition {
  readonly pass: ShrinkPass;
  readonly stage: number;
  readonly at: Place | undefined;
  /** Something was made smaller since the current pass began. */
  readonly changed: boolean;
}

export type ShrinkPass = (typeof shrinkPasses)[number];

const shrinkPasses = ["cluster", "input", "singles"] as const;

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

type Stage = (from: Case, at: Place | undefined, listMax: number) => Generator<StageStep>;

const stagesOf: Readonly<Record<ShrinkPass, readonly Stage[]>> = {
  cluster: [each(tieSteps), dropFaults, each(smallerClusters), each(plainerKnobs)],
  input: [each(timeSteps), cutInputs("by halves"), dropRecords("by chunks")],
  singles: [
    each(tieSteps),
    dropEachFault,
    each(timeForFaults),
    each(clustersWithoutOne),
    each(plainerKnobs),
    cutInputs("one first"),
    dropRecords("one by one"),
  ],
};

/** A second of a campaign is worth more than the certainty that each of hundreds of records is needed. */
const LIST_MAX = 32;

function tieSteps(from: Case): readonly (Case | undefined)[] {
  return [from.ties === "fifo" ? undefined : { ...from, ties: "fifo" }];
}

/**
 * Each needed fault is found by halving (as in QuickXplain, Junker 2004): so many off the end of the plan that the failure is
 * just kept, so that the last one left is needed; then so many of those before it, and so on. Two of forty take about
 * 2 × log₂ 40 runs. Whether all of the rest can go is asked first, since it often can.
 */
function* dropFaults(from: Case, at: Place | undefined): Generator<StageStep> {
  let tooMany = at?.size;
  for (let needed = at?.list ?? 0; needed < from.plan.length; needed++) {
    const others = from.plan.length - needed;
    const without = (size: number) => ({ ...from, plan: from.plan.toSpliced(others - size, size) });
    if (tooMany === undefined) yield { case: without(others), at: { list: needed, size: 1, offset: 0 } };
    for (const { size, tooMany: left } of halving(tooMany ?? others)) {
      yield { case: without(size), at: { list: needed, size: left, offset: 0 } };
    }
    tooMany = undefined;
  }
}

/** Each fault alone. */
function* dropEachFault(from: Case, at: Place | undefined): Generator<StageStep> {
  for (const { kept, size, offset } of complements(from.plan, at ?? { list: 0, size: 1, offset: 0 })) {
    yield { case: { ...from, plan: kept }, at: { list: 0, size, offset } };
  }
}

/**
 * Each of several faults in exchange for records that take twice as long: all that a restart more gives to a failure may be
 * the time that it takes, and who reads the plan would look for more in it.
 */
function timeForFaults(from: Case): readonly Case[] {
  if (from.plan.length < FAULTS_FOR_TIME_MIN) return [];
  const knobs = { ...from.knobs, recordCostUs: 2 * Math.max(from.knobs.recordCostUs, plainKnobs.recordCostUs) };
  return from.plan.map((_, index) => ({ ...from, knobs, plan: from.plan.toSpliced(index, 1) }));
}

/** Two faults are read in a minute, whatever they are for. */
const FAULTS_FOR_TIME_MIN = 3;

/**
 * Records off the back of each input, then off its front. Half of it first; where that is too much, one; where that one is not
 * needed, the place between the two is found by halving. `one first` is for inputs that were cut before.
 */
function cutInputs(beginning: "by halves" | "one first"): Stage {
  return function* (from, at) {
    for (const { topic, list, place } of topicsFrom(from, at)) {
      const input = from.input[topic]!;
      const length = input.kind === "values" ? input.values.length : input.to - input.from;
      for (let offset = place?.offset ?? 0; offset < 2; offset++) {
        const fresh = beginning === "one first" ? firstOff(length) : sizesOff(length, length + 1);
        for (const { size, tooMany } of offset === place?.offset ? sizesOff(length, place.size) : fresh) {
          const [front, back] = offset === 0 ? [0, size] : [size, 0];
          yield { case: withInput(from, topic, cut(input, front, back)), at: { list, size: tooMany, offset } };
        }
      }
    }
  };
}

/** How many records are cut, and how many more are known to be too many then: one more than there are, if nothing is known. */
interface CutSize {
  readonly size: number;
  readonly tooMany: number;
}

function* sizesOff(length: number, tooMany: number): Generator<CutSize> {
  if (length === 0) return;
  const half = Math.ceil(length / 2);
  if (tooMany > length) {
    yield { size: half, tooMany: length - half + 1 };
    if (half > 1) yield { size: 1, tooMany: half - 1 };
    return;
  }
  yield* halving(tooMany);
}

/** Between none, which is not too many, and `tooMany`. */
function* halving(tooMany: number): Generator<CutSize> {
  for (let high = tooMany; high > 1; high >>= 1) yield { size: high >> 1, tooMany: high - (high >> 1) };
}

function* firstOff(length: number): Generator<CutSize> {
  if (length > 0) yield { size: 1, tooMany: length };
}

function cut(input: TopicInput, front: number, back: number): TopicInput {
  if (input.kind === "dataset") return { ...input, from: input.from + front, to: input.to - back };
  return { kind: "values", values: input.values.slice(front, input.values.length - back) };
}

/** Records out of the middle of a list; those at its ends are the business of `cutInputs`. */
function dropRecords(how: "by chunks" | "one by one"): Stage {
  return function* (from, at, listMax) {
    for (const { topic, list, place } of topicsFrom(from, at)) {
      const input = from.input[topic]!;
      if (input.kind === "dataset" || input.values.length < 3) continue;
      const { values } = input;
      const inner = values.slice(1, -1);
      const long = values.length > listMax;
      if (long && how === "one by one") continue;
      const begin = place ?? (how === "one by one" ? { list, size: 1, offset: 0 } : undefined);
      for (const { kept, size, offset } of complements(inner, begin, long ? Math.ceil(inner.length / 4) : 1)) {
        const left = [values[0], ...kept, values.at(-1)];
        yield { case: withInput(from, topic, { kind: "values", values: left }), at: { list, size, offset } };
      }
    }
  };
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

/** Each count down to one, else by one; the roles together, the disks of the plainest kind. */
function smallerClusters(from: Case): readonly (Case | undefined)[] {
  const { workers, parallelism, partitions, replicas } = from.topology;
  const fewer = (count: number) => Math.max(1, count - 1);
  return [
    { workers: 1, parallelism: 1, slotsPerWorker: 1, partitions: 1, jobManagers: 1 },
    { jobManagers: 1 },
    { parallelism: 1 },
    { parallelism: fewer(parallelism) },
    { workers: 1 },
    { workers: fewer(workers) },
    { partitions: 1 },
    { partitions: fewer(partitions) },
    { storageNodes: 1, replicas: 1 },
    { storageNodes: replicas },
    ...plainerMachines,
  ].map(change => withCluster(from, change));
}

function clustersWithoutOne(from: Case): readonly (Case | undefined)[] {
  const { jobManagers, workers, slotsPerWorker, parallelism, partitions, storageNodes, replicas } = from.topology;
  return [
    { jobManagers: jobManagers - 1 },
    { parallelism: parallelism - 1 },
    { workers: workers - 1 },
    { slotsPerWorker: slotsPerWorker - 1 },
    { partitions: partitions - 1 },
    { storageNodes: storageNodes - 1 },
    { replicas: replicas - 1 },
    ...plainerMachines,
  ].map(change => withCluster(from, change));
}

const plainerMachines: readonly Partial<Topology>[] = [{ placement: "together" }, { persistence: "prefix" }];

/** Undefined where there would be no such cluster. Fewer workers get the slots that the job needs. */
function withCluster(from: Case, change: Partial<Topology>): Case | undefined {
  const next = { ...from.topology, ...change };
  const counts = Object.values(next).filter(value => typeof value === "number");
  if (counts.some(count => count < 1) || next.replicas > next.storageNodes) return undefined;
  if (change.workers !== undefined) {
    next.slotsPerWorker = Math.max(next.slotsPerWorker, Math.ceil(slotsNeeded(next) / next.workers));
  }
  const same = (Object.keys(next) as (keyof Topology)[]).every(key => next[key] === from.topology[key]);
  if (same || next.workers * next.slotsPerWorker < slotsNeeded(next)) return undefined;
  // A smaller cluster may not bear the damage that the plan does: its failure would be another one.
  const candidate = { ...from, topology: next };
  return isBearable(from) && !isBearable(candidate) ? undefined : candidate;
}

function plainerKnobs(from: Case): readonly (Case | undefined)[] {
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
