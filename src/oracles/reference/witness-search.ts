import type { CommittedPool, Emission, Frontier, OriginOfRecord, Take } from "./committed-pool.ts";

/**
 * Finds the order in which the inputs of one key were handled, by taking what was committed as the witness: each split's
 * order is kept, and the fold along the order must give exactly committed records. It owns the search; what a fold does
 * is the reference run's business, and what is left in the pool afterwards (records from nowhere) is the caller's.
 *
 * A head whose origin has a committed record is tried before one that has none, earlier records first: where every
 * input gives a record the first try is right and the search is linear. Nothing may pass over the records of another
 * head, which nobody could take any more; so it only branches for silent inputs, and what it gives up is as linear. A
 * point that it has left in vain (same inputs handled, same records used, same state) is not entered again by another way.
 */
export function findOrder<Input extends OriginOfRecord>(search: WitnessSearch<Input>): FoundOrder<Input> {
  return new Walk(search).run();
}

export interface WitnessSearch<Input> {
  /** The inputs of this key: one list per split, each in its split's order. */
  readonly splits: readonly (readonly Input[])[];
  /** A fold with no state. */
  readonly fold: WitnessedFold<Input>;
  readonly pool: CommittedPool;
  /** Records of one lane stand in the order in which they were emitted; default true. */
  readonly emitsInOrder?: boolean;
  /** Records of this input's origin may be those of another key. Default: of none. */
  readonly isShared?: (input: Input) => boolean;
  /** All inputs must have taken effect; else the beginning of a legal order is enough, as for a job that has not finished. */
  readonly complete: boolean;
  /** Fold steps to spend before giving up. */
  readonly stepsMax: number;
}

export interface WitnessedFold<Input> {
  step(input: Input): readonly Emission[];
  /** One text for equal states. */
  stateImage(): string;
  /** One that goes on from here by itself. */
  fork(): WitnessedFold<Input>;
}

export type FoundOrder<Input> =
  /** `ambiguous`: some input left no record, so that its place among other splits' could not be told. */
  | { readonly kind: "found"; readonly order: readonly Input[]; readonly ambiguous: boolean }
  /** `order` is the longest legal beginning; `next` was then due and its emissions were not committed, or not there. */
  | {
      readonly kind: "impossible";
      readonly order: readonly Input[];
      readonly next: Input;
      readonly emissions: readonly Emission[];
    }
  | { readonly kind: "undecided" };

/** One level of the search: the split whose head was chosen, and those that could be tried in its place. */
interface Choice<Input> {
  readonly split: number;
  readonly alternatives: number[];
  readonly taken: readonly number[];
  /** The records among those of its origin that it took; undefined where there were no others. */
  readonly picks: string | undefined;
  readonly frontierBefore: Frontier;
  /** Undefined where there are no alternatives. */
  readonly foldBefore: WitnessedFold<Input> | undefined;
  /** Names the point that the choice led to; undefined while no choice could have been made otherwise. */
  readonly point: string | undefined;
}

class Walk<Input extends OriginOfRecord> {
  readonly #search: WitnessSearch<Input>;
  readonly #cursor: number[];
  readonly #choices: Choice<Input>[] = [];
  #frontier: Frontier = new Map();
  readonly #leftInVain = new Set<string>();
  /** Undefined while no candidate is left here. */
  #fold: WitnessedFold<Input> | undefined;
  #steps = 0;
  #silentAmongSeveral = false;
  #deepest: Extract<FoundOrder<Input>, { kind: "impossible" }> | undefined;

  constructor(search: WitnessSearch<Input>) {
    this.#search = search;
    this.#cursor = search.splits.map(() => 0);
    this.#fold = search.fold;
  }

  run(): FoundOrder<Input> {
    let candidates = this.#candidates();
    while (candidates.length > 0) {
      if (this.#steps > this.#search.stepsMax) {
        for (const choice of this.#choices) this.#search.pool.putBack(choice.taken);
        return { kind: "undecided" };
      }
      if (this.#step(candidates)) {
        candidates = this.#candidates();
        continue;
      }
      while (candidates.length === 0) {
        const back = this.#backtrack();
        if (back === undefined) return this.#deepest!;
        candidates = back;
      }
    }
    return { kind: "found", order: this.#order(), ambiguous: this.#silentAmongSeveral };
  }

  /** Splits whose head may come next, best first; none: the order is whole. */
  #candidates(): number[] {
    const { splits, pool, complete } = this.#search;
    const ranked: { split: number; place: number }[] = [];
    let waiting = 0;
    for (let split = 0; split < splits.length; split++) {
      const head = splits[split]![this.#cursor[split]!];
      if (head === undefined) continue;
      waiting++;
      const place = pool.firstPlaceOf(head);
      // A head without a record is silent or lost. In a job that has not finished it may also be still to come; then it
      // belongs in the order only if something behind it was committed.
      if (place !== undefined || complete || this.#committedBehind(split))
        ranked.push({ split, place: place ?? Infinity });
    }
    ranked.sort((a, b) => a.place - b.place || a.split - b.split);
    if (waiting > 1 && ranked.some(({ place }) => place === Infinity)) this.#silentAmongSeveral = true;
    return ranked.map(({ split }) => split);
  }

  #committedBehind(split: number): boolean {
    const inputs = this.#search.splits[split]!;
    for (let at = this.#cursor[split]! + 1; at < inputs.length; at++) {
      if (this.#search.pool.firstPlaceOf(inputs[at]!) !== undefined) return true;
    }
    return false;
  }

  /** Handles the best candidate's head and removes it from the candidates; false when what it gives was not committed. */
  #step(candidates: number[]): boolean {
    const split = candidates.shift()!;
    const input = this.#search.splits[split]![this.#cursor[split]!]!;
    const fold = this.#fold!;
    const foldBefore = candidates.length > 0 ? fold.fork() : undefined;
    this.#steps++;
    const emissions = fold.step(input);
    const use = this.#use(split, input, emissions);
    if (use === undefined) {
      this.#fold = foldBefore;
      if (this.#deepest === undefined || this.#choices.length > this.#deepest.order.length) {
        this.#deepest = { kind: "impossible", order: this.#order(), next: input, emissions };
      }
      return false;
    }
    const frontierBefore = this.#frontier;
    if (this.#search.emitsInOrder !== false) this.#frontier = use.frontier;
    this.#cursor[split]!++;
    const { taken } = use;
    const picks = use.picked ? taken.join("+") : undefined;
    const point = this.#pointAfter(fold, picks);
    this.#choices.push({ split, alternatives: candidates, taken, picks, frontierBefore, foldBefore, point });
    if (point === undefined || !this.#leftInVain.has(point)) return true;
    const others = this.#backtrack()!;
    candidates.splice(0, candidates.length, ...others);
    return false;
  }

  /** Undefined: what it gives was not committed, or not behind all that other heads are owed before. */
  #use(split: number, input: Input, emissions: readonly Emission[]): Take | undefined {
    const { pool, splits, emitsInOrder, isShared } = this.#search;
    const use = pool.take(input, emissions, this.#frontier);
    if (use === undefined || use.taken.length === 0 || emitsInOrder === false) return use;
    for (let other = 0; other < splits.length; other++) {
      const head = other === split ? undefined : splits[other]![this.#cursor[other]!];
      if (head === undefined || !pool.isPassedOver(head, use.taken) || isShared?.(head) === true) continue;
      pool.putBack(use.taken);
      return undefined;
    }
    return use;
  }

  /** Which inputs were handled tells which records were taken, but for those that were picked among several. */
  #pointAfter(fold: WitnessedFold<Input>, picks: string | undefined): string | undefined {
    if (!this.#silentAmongSeveral) return undefined;
    const picked = this.#choices.flatMap(choice => choice.picks ?? []).concat(picks ?? []);
    return `${this.#cursor.join(",")} ${picked.sort().join(",")} ${fold.stateImage()}`;
  }

  /** Takes the last choice back and returns what else could have stood there. */
  #backtrack(): number[] | undefined {
    const last = this.#choices.pop();
    if (last === undefined) return undefined;
    if (last.point !== undefined) this.#leftInVain.add(last.point);
    this.#search.pool.putBack(last.taken);
    this.#frontier = last.frontierBefore;
    this.#cursor[last.split]!--;
    this.#fold = last.foldBefore;
    return last.alternatives;
  }

  #order(): Input[] {
    const at = this.#search.splits.map(() => 0);
    return this.#choices.map(({ split }) => this.#search.splits[split]![at[split]!++]!);
  }
}
