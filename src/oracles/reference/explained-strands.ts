import { CommittedPool, originName, type CommittedRecord, type OriginOfRecord } from "./committed-pool.ts";
import type { Strand, StrandInput } from "./reference-run.ts";
import { findOrder, type FoundOrder, type WitnessSearch } from "./witness-search.ts";

/**
 * All strands of a run, each explained by what was committed. It owns who may take which record: strands that end in the
 * same sink draw on one pool, and the search of each (witness-search.ts) takes what it needs.
 *
 * What comes by a stateless way to a sink that writes at least once must be there once at least, in any order. What a fold
 * gives it again may be of another order, and is not judged.
 */
export function explainStrands(
  strands: readonly Strand[],
  committed: readonly CommittedRecord[],
  terms: OutputTerms,
): ExplainedOutput {
  const { complete, atLeastOnce } = terms;
  const groupOf = sinkGroups(strands);
  const pools = new Map<string, CommittedPool>();
  for (const [group, records] of grouped(committed, ({ sink }) => groupOf(sink)))
    pools.set(group, new CommittedPool(records));
  const isShared = sharedAmong(strands, groupOf);
  // What a stateless way gives is certain: it takes its records before a fold takes others that look like them.
  const certainFirst = strands.toSorted((a, b) => Number(a.key !== undefined) - Number(b.key !== undefined));
  const explained = certainFirst.map((strand): ExplainedStrand => {
    const pool = pools.get(groupOf(strand.sinks[0]!)) ?? new CommittedPool([]);
    if (strand.sinks.some(sink => atLeastOnce.has(sink)))
      return {
        strand,
        found: strand.key === undefined ? takeRepeated(strand, pool, terms) : repeatedFold(strand),
      };
    return { strand, found: findOrder({ ...searchOf(strand, pool, complete), isOwed: record => !isShared(record) }) };
  });
  const left = new Set<CommittedRecord>();
  for (const [group, pool] of pools) {
    const own = explained.filter(({ strand }) => groupOf(strand.sinks[0]!) === group);
    excuseRobbed(own, pool, isShared);
    if (areFound(own)) settleRest(own, pool, isShared, complete);
    // A strand without an order leaves its own records over; only where all have one is the rest from nowhere.
    if (areFound(own)) for (const record of pool.rest()) left.add(record);
  }
  return { strands: explained, unexplained: committed.filter(record => left.has(record)) };
}

/** On what terms committed records are held against the reference. */
export interface OutputTerms {
  /** All of the input has taken effect; else the beginning of a legal output is enough. */
  readonly complete: boolean;
  /** Sinks whose records may stand there again after a restore. */
  readonly atLeastOnce: ReadonlySet<string>;
  /** Disks may have lost what they had acknowledged: nothing but a transaction notices. */
  readonly mayBeLost: boolean;
}

/** Whether a sink that writes at least once must have each record. */
export function owesEach({ complete, mayBeLost }: OutputTerms): boolean {
  return complete && !mayBeLost;
}

function areFound(explained: readonly ExplainedStrand[]): boolean {
  return explained.every(({ found }) => found.kind === "found");
}

/** Another strand may have taken the one of two like records that belongs to one without an order: then nobody can tell. */
function excuseRobbed(
  explained: readonly ExplainedStrand[],
  pool: CommittedPool,
  isShared: (origin: OriginOfRecord) => boolean,
): void {
  const robbed = explained.filter(({ found }) => found.kind === "impossible");
  if (robbed.length === 0) return;
  const taken = new Set(explained.flatMap(({ found }) => (found.kind === "found" ? found.taken : [])));
  const mayBeOthers = (input: StrandInput): boolean =>
    isShared(input) && pool.alike(input).some(records => records.some(record => taken.has(record)));
  for (const one of robbed)
    if (one.strand.splits.some(list => list.some(mayBeOthers))) one.found = { kind: "undecided" };
}

/**
 * What is left over may belong to a strand that has found another order, in which the input is silent, and could not know
 * that the record is its own and not that of another key of the same input. It is asked for an order that takes it, one
 * record after the other; what a strand has once been asked for it keeps. Of one origin, one may be this strand's and the
 * next another's.
 */
function settleRest(
  explained: readonly ExplainedStrand[],
  pool: CommittedPool,
  isShared: (origin: OriginOfRecord) => boolean,
  complete: boolean,
): void {
  const owned = new Map(explained.map(one => [one, new Set<CommittedRecord>()]));
  const settle = (left: CommittedRecord): boolean => {
    const origin = originName(left);
    let unsettled: ExplainedStrand | undefined;
    for (const [one, own] of owned) {
      const { found, strand } = one;
      if (found.kind !== "found" || !found.ambiguous || own.has(left)) continue;
      if (!strand.splits.some(list => list.some(input => originName(input) === origin))) continue;
      pool.putBack(found.taken);
      own.add(left);
      const isOwed = (record: CommittedRecord): boolean => own.has(record) || !isShared(record);
      const again = findOrder({ ...searchOf(strand, pool, complete), isOwed, leavesNothing: true });
      if (again.kind === "found") {
        one.found = again;
        return true;
      }
      own.delete(left);
      pool.retake(found.taken);
      if (again.kind === "undecided") unsettled = one;
    }
    // There may be such an order, and nobody knows.
    if (unsettled !== undefined) unsettled.found = { kind: "undecided" };
    return false;
  };
  for (let left = pool.rest(); left.length > 0 && settle(left[0]!); left = pool.rest());
}

function takeRepeated(strand: Strand, pool: CommittedPool, terms: OutputTerms): FoundOrder<StrandInput> {
  const fold = strand.begin();
  const taken: number[] = [];
  const there = new Map<string, number>();
  const order = strand.splits.flat();
  for (const [at, next] of order.entries()) {
    const emissions = fold.step(next);
    for (const emission of emissions) {
      const looks = `${originName(next)} ${emission.sink} ${emission.image}`;
      const alike = pool.takeAll(next, emission);
      taken.push(...alike);
      // Of one record there may be several that look alike, by several ways: each is owed one.
      const left = (there.get(looks) ?? 0) + alike.length;
      if (owesEach(terms) && left === 0) return { kind: "impossible", order: order.slice(0, at), next, emissions };
      there.set(looks, left - 1);
    }
  }
  return { kind: "found", order, ambiguous: false, taken };
}

function repeatedFold({ name }: Pick<Strand, "name">): FoundOrder<StrandInput> {
  const operator = name.slice(0, name.indexOf("["));
  return {
    kind: "undecided",
    because: `what ${operator} gives to a sink that writes at least once may be of several orders`,
  };
}

function searchOf(strand: Strand, pool: CommittedPool, complete: boolean): WitnessSearch<StrandInput> {
  const { splits, emitsInOrder } = strand;
  return { splits, emitsInOrder, fold: strand.begin(), pool, complete, stepsMax: STEPS_MAX };
}

export interface ExplainedOutput {
  readonly strands: readonly ExplainedStrand[];
  /** Committed records that no input explains, in sinks all of whose strands have found an order. */
  readonly unexplained: readonly CommittedRecord[];
}

export interface ExplainedStrand {
  readonly strand: Strand;
  found: FoundOrder<StrandInput>;
}

/** Names the group of a sink: two are of one group where a strand ends in both, or in one of them and in a third of it. */
function sinkGroups(strands: readonly Strand[]): (sink: string) => string {
  const groups = new Map<string, string>();
  const groupOf = (sink: string): string => groups.get(sink) ?? sink;
  for (const { sinks } of strands) {
    const joined = new Set(sinks.map(groupOf));
    const into = groupOf(sinks[0]!);
    for (const sink of new Set([...groups.keys(), ...sinks])) if (joined.has(groupOf(sink))) groups.set(sink, into);
  }
  return groupOf;
}

function grouped<T>(all: readonly T[], groupOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groupOf(one);
    const there = groups.get(group);
    if (there === undefined) groups.set(group, [one]);
    else there.push(one);
  }
  return groups;
}

/** Whether records of an input's origin may be those of several strands: a record that became two, for two keys. */
function sharedAmong(
  strands: readonly Strand[],
  groupOf: (sink: string) => string,
): (origin: OriginOfRecord) => boolean {
  let shared: ReadonlySet<string> | undefined;
  const find = (): ReadonlySet<string> =>
    new Set([...grouped(strands, ({ sinks }) => groupOf(sinks[0]!)).values()].flatMap(sharedOrigins));
  return origin => (shared ??= find()).has(originName(origin));
}

function sharedOrigins(strands: readonly Strand[]): readonly string[] {
  const owners = new Map<string, Strand>();
  const shared: string[] = [];
  for (const strand of strands) {
    for (const input of strand.splits.flat()) {
      const name = originName(input);
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, strand);
      else if (owner !== strand) shared.push(name);
    }
  }
  return shared;
}

/**
 * A strand whose inputs all leave records takes as many steps as it has inputs. This is for silent inputs, whose places
 * are tried; beyond it a strand is left undecided.
 */
const STEPS_MAX = 20_000;
