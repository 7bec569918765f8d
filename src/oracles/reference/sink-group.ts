import { CommittedPool, originName, type CommittedRecord, type IsOwed, type OriginOfRecord } from "./committed-pool.ts";
import type { Strand, StrandInput } from "./reference-run.ts";
import { findOrder, type FoundOrder, type WitnessSearch } from "./witness-search.ts";

/**
 * The strands that end in the same sinks, and what was committed there. It owns who may take which record: all draw on one
 * pool, and the search of each (witness-search.ts) takes what it needs.
 *
 * What comes by a stateless way to a sink that writes at least once must be there once at least, in any order. What a fold
 * gives it again may be of another order, and is not judged.
 */
export class SinkGroup {
  /** What a stateless way gives is certain: it takes its records before a fold takes others that look like them. */
  readonly #certainFirst: readonly Strand[];
  readonly #committed: readonly CommittedRecord[];
  readonly #terms: OutputTerms;
  #shared: ReadonlySet<string> | undefined;

  constructor(strands: readonly Strand[], committed: readonly CommittedRecord[], terms: OutputTerms) {
    this.#certainFirst = strands.toSorted((a, b) => Number(a.key !== undefined) - Number(b.key !== undefined));
    this.#committed = committed;
    this.#terms = terms;
  }

  /**
   * Strands take their records one after the other, and the first may take what only a later one could, by an order that is
   * not its own. Who is left without an order is asked before the others, then. Who has none there either has lost
   * something; where somebody else is in its place, nobody can tell.
   */
  explain(): ExplainedOutput {
    const explained = this.#withoutRobbery();
    const preceded = explained.preceded();
    if (preceded.length === 0) return explained;
    const others = this.#certainFirst.filter(strand => !preceded.includes(strand));
    const again = this.#explanationOf([...preceded, ...others], new Map());
    return again.isWhole ? again : explained.undecidedFor(preceded.filter(strand => again.hasOrder(strand)));
  }

  /** Of two records that look alike, those who were not robbed keep for certain only what nothing looks like. */
  #withoutRobbery(): Explanation {
    const first = this.#explanationOf(this.#certainFirst, new Map());
    const robbed = first.robbed();
    if (robbed.length === 0) return first;
    const others = this.#certainFirst.filter(strand => !robbed.includes(strand));
    const again = this.#explanationOf([...robbed, ...others], first.keptBy(others));
    return again.leavesOneTooMany || again.robbed().length === 0 ? again : first.undecidedFor(robbed);
  }

  #explanationOf(strands: readonly Strand[], kept: Kept): Explanation {
    return new Explanation(strands, kept, this.#committed, this.#terms, origin => this.#isShared(origin));
  }

  /** Whether records of this origin may be those of several strands: a record that became two, for two keys. */
  #isShared(origin: OriginOfRecord): boolean {
    return (this.#shared ??= new Set(sharedOrigins(this.#certainFirst))).has(originName(origin));
  }
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

export interface ExplainedOutput {
  readonly strands: readonly ExplainedStrand[];
  /** Committed records that no input explains, in sinks all of whose strands have found an order. */
  readonly unexplained: readonly CommittedRecord[];
}

export interface ExplainedStrand {
  readonly strand: Strand;
  readonly found: FoundOrder<StrandInput>;
}

/** Indices of records that nobody but this strand may take, before it is asked itself. */
type Kept = ReadonlyMap<Strand, readonly number[]>;

/** What each strand finds when they are asked in one order. */
class Explanation implements ExplainedOutput {
  readonly #pool: CommittedPool;
  readonly #terms: OutputTerms;
  readonly #isShared: (origin: OriginOfRecord) => boolean;
  readonly #found = new Map<Strand, FoundOrder<StrandInput>>();

  constructor(
    strands: readonly Strand[],
    kept: Kept,
    committed: readonly CommittedRecord[],
    terms: OutputTerms,
    isShared: (origin: OriginOfRecord) => boolean,
  ) {
    this.#pool = new CommittedPool(committed);
    this.#terms = terms;
    this.#isShared = isShared;
    for (const records of kept.values()) this.#pool.retake(records);
    for (const strand of strands) {
      this.#pool.putBack(kept.get(strand) ?? []);
      this.#found.set(strand, this.#explain(strand));
    }
    if (this.#allFound) this.#settleRest();
  }

  get strands(): readonly ExplainedStrand[] {
    return Array.from(this.#found, ([strand, found]) => ({ strand, found }));
  }

  /** A strand without an order leaves its own records over; only where all have one is the rest from nowhere. */
  get unexplained(): readonly CommittedRecord[] {
    return this.#allFound ? this.#pool.rest() : [];
  }

  /** One is left over that looks like one that was taken. */
  get leavesOneTooMany(): boolean {
    const rest = new Set(this.#pool.rest());
    return this.unexplained.some(({ split, position, sink, image }) =>
      this.#pool
        .of({ split, position })
        .some(other => other.sink === sink && other.image === image && !rest.has(other)),
    );
  }

  /** Strands that are not explained though another one may have taken what was theirs: one of two records that look alike. */
  robbed(): readonly Strand[] {
    if (this.isWhole) return [];
    const left = new Set(this.unexplained.map(originName));
    return [...this.#found.keys()].filter(strand => {
      const found = this.#found.get(strand)!;
      if (found.kind === "undecided") return false;
      const inputs = strand.splits.flat();
      if (found.kind === "found" && !inputs.some(input => left.has(originName(input)))) return false;
      return inputs.some(input => this.#hasTwinTakenFrom(strand, input));
    });
  }

  keptBy(strands: readonly Strand[]): Kept {
    const kept = new Map<Strand, readonly number[]>();
    for (const strand of strands) {
      const found = this.#found.get(strand)!;
      if (found.kind === "found")
        kept.set(
          strand,
          found.taken.filter(index => !this.#pool.hasTwin(index)),
        );
    }
    return kept;
  }

  /** Strands without an order, of whose inputs another one has taken records before them. */
  preceded(): readonly Strand[] {
    const taken = [...this.#found].flatMap(([strand, found]) =>
      found.kind === "found" && strand.key !== undefined ? found.taken : [],
    );
    return [...this.#found.keys()].filter(strand => {
      if (this.#found.get(strand)!.kind !== "impossible") return false;
      const own = new Set(strand.splits.flat().map(originName));
      return taken.some(index => {
        const record = this.#pool.record(index);
        return own.has(originName(record)) && strand.sinks.includes(record.sink);
      });
    });
  }

  hasOrder(strand: Strand): boolean {
    return this.#found.get(strand)!.kind === "found";
  }

  /** All have an order, and nothing is left over. */
  get isWhole(): boolean {
    return this.#allFound && this.#pool.rest().length === 0;
  }

  undecidedFor(strands: readonly Strand[]): this {
    const because = "records of several keys or streams may be one another's, and none tells whose it is";
    for (const strand of strands) this.#found.set(strand, { kind: "undecided", because });
    return this;
  }

  get #allFound(): boolean {
    return [...this.#found.values()].every(({ kind }) => kind === "found");
  }

  #explain(strand: Strand): FoundOrder<StrandInput> {
    if (strand.sinks.some(sink => this.#terms.atLeastOnce.has(sink)))
      return strand.key === undefined ? takeRepeated(strand, this.#pool, this.#terms) : repeatedFold(strand);
    return findOrder(this.#searchOf(strand, record => !this.#isShared(record)));
  }

  #searchOf(strand: Strand, isOwed: IsOwed): WitnessSearch<StrandInput> {
    const { splits, emitsInOrder } = strand;
    const { complete } = this.#terms;
    return { splits, emitsInOrder, fold: strand.begin(), pool: this.#pool, complete, stepsMax: STEPS_MAX, isOwed };
  }

  #hasTwinTakenFrom(strand: Strand, input: StrandInput): boolean {
    if (!this.#isShared(input)) return false;
    for (const [other, found] of this.#found) {
      if (other === strand || found.kind !== "found") continue;
      if (found.taken.some(index => this.#pool.isFrom(index, input) && this.#pool.hasTwin(index))) return true;
    }
    return false;
  }

  /**
   * What is left over may belong to a strand that has found another order, in which the input is silent, and could not know
   * that the record is its own and not that of another key of the same input. It is asked for an order that takes it, one
   * record after the other; what a strand has once been asked for it keeps. Of one origin, one may be this strand's and the
   * next another's.
   */
  #settleRest(): void {
    const owned = new Map([...this.#found.keys()].map(strand => [strand, new Set<CommittedRecord>()]));
    for (let left = this.#pool.rest(); left.length > 0 && this.#settle(left[0]!, owned); left = this.#pool.rest());
  }

  #settle(left: CommittedRecord, owned: ReadonlyMap<Strand, Set<CommittedRecord>>): boolean {
    const origin = originName(left);
    let unsettled: Strand | undefined;
    for (const [strand, own] of owned) {
      const found = this.#found.get(strand)!;
      if (found.kind !== "found" || !found.ambiguous || own.has(left)) continue;
      if (!strand.splits.some(list => list.some(input => originName(input) === origin))) continue;
      this.#pool.putBack(found.taken);
      own.add(left);
      const isOwed = (record: CommittedRecord): boolean => own.has(record) || !this.#isShared(record);
      const again = findOrder({ ...this.#searchOf(strand, isOwed), leavesNothing: true });
      if (again.kind === "found") {
        this.#found.set(strand, again);
        return true;
      }
      own.delete(left);
      this.#pool.retake(found.taken);
      if (again.kind === "undecided") unsettled = strand;
    }
    // There may be such an order, and nobody knows.
    if (unsettled !== undefined) this.#found.set(unsettled, { kind: "undecided" });
    return false;
  }
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
