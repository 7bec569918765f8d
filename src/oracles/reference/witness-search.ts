import { type CommittedPool, type Emission, type Frontier, type OriginOfRecord } from "./committed-pool.ts";

/**
 * Finds the order in which the inputs of one key were handled, by taking what was committed as the witness: each split's
 * order is kept, and the fold along the order must give exactly committed records. It owns the search; what a fold does
 * is the reference run's business, and what is left in the pool afterwards (records from nowhere) is the caller's.
 *
 * A head whose origin has a committed record is tried before one that has none, earlier records first: where every
 * input gives a record the first try is right and the search is linear. It only branches for silent inputs.
 */
export function findOrder<Input extends OriginOfRecord>(search: WitnessSearch<Input>): FoundOrder<Input> {
  return new Walk(search).run();
}

export interface WitnessSearch<Input> {
  /** The inputs of this key: one list per split, each in its split's order. */
  readonly splits: readonly (readonly Input[])[];
  /** A new fold with no state. The search makes several: one for each branch that it gives up. */
  readonly fold: () => (input: Input) => readonly Emission[];
  readonly pool: CommittedPool;
  /** Records of one lane stand in the order in which they were emitted; default true. */
  readonly emitsInOrder?: boolean;
  /** All inputs must have taken effect; else the beginning of a legal order is enough, as for a job that has not finished. */
  readonly complete: boolean;
  /** Fold steps to spend before giving up. */
  readonly stepsMax: number;
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
interface Choice {
  readonly split: number;
  readonly alternatives: number[];
  readonly taken: readonly number[];
  readonly frontierBefore: Frontier;
}

class Walk<Input extends OriginOfRecord> {
  readonly #search: WitnessSearch<Input>;
  readonly #cursor: number[];
  readonly #choices: Choice[] = [];
  #frontier: Frontier = new Map();
  #fold: (input: Input) => readonly Emission[];
  /** The fold has run into a branch that was given up; it must be led anew along the choices that stand. */
  #foldIsStale = false;
  #steps = 0;
  #silentAmongSeveral = false;
  #deepest: Extract<FoundOrder<Input>, { kind: "impossible" }> | undefined;

  constructor(search: WitnessSearch<Input>) {
    this.#search = search;
    this.#cursor = search.splits.map(() => 0);
    this.#fold = search.fold();
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
    if (this.#foldIsStale) this.#leadFoldAnew();
    const input = this.#search.splits[split]![this.#cursor[split]!]!;
    this.#steps++;
    const emissions = this.#fold(input);
    const use = this.#search.pool.take(input, emissions, this.#frontier);
    if (use === undefined) {
      this.#foldIsStale = true;
      if (this.#deepest === undefined || this.#choices.length > this.#deepest.order.length) {
        this.#deepest = { kind: "impossible", order: this.#order(), next: input, emissions };
      }
      return false;
    }
    this.#choices.push({ split, alternatives: candidates, taken: use.taken, frontierBefore: this.#frontier });
    if (this.#search.emitsInOrder !== false) this.#frontier = use.frontier;
    this.#cursor[split]!++;
    return true;
  }

  /** Takes the last choice back and returns what else could have stood there. */
  #backtrack(): number[] | undefined {
    const last = this.#choices.pop();
    if (last === undefined) return undefined;
    this.#search.pool.putBack(last.taken);
    this.#frontier = last.frontierBefore;
    this.#cursor[last.split]!--;
    this.#foldIsStale = true;
    return last.alternatives;
  }

  #leadFoldAnew(): void {
    this.#fold = this.#search.fold();
    for (const input of this.#order()) {
      this.#steps++;
      this.#fold(input);
    }
    this.#foldIsStale = false;
  }

  #order(): Input[] {
    const at = this.#search.splits.map(() => 0);
    return this.#choices.map(({ split }) => this.#search.splits[split]![at[split]!++]!);
  }
}
