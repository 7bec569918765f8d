import type { CommittedPool, Emission, Frontier, IsOwed, OriginOfRecord, Take } from "./committed-pool.ts";

/**
 * Finds the order in which the inputs of one key were handled, by taking what was committed as the witness: each split's
 * order is kept, and the fold along the order must give exactly committed records. It owns the search; what a fold does
 * is the reference run's business, and what is left in the pool afterwards (records from nowhere) is the caller's.
 *
 * A head whose origin has a committed record is tried before one that has none, earlier records first: where every
 * input gives a record the first try is right and the search is linear. It only branches for silent inputs; a point that
 * it has left in vain (same inputs handled, same records used, same state) is not entered again by another way.
 *
 * An order must explain all that was committed from its inputs. Where there is none that does, one that leaves records
 * over still says more than that there is none: those were committed once too often.
 */
export function findOrder<Input extends OriginOfRecord>(search: WitnessSearch<Input>): FoundOrder<Input> {
  const whole = new Walk(search, true).run();
  if (whole.kind !== "impossible" || search.leavesNothing === true) return whole;
  const leaving = new Walk(search, false).run();
  return leaving.kind === "found" ? leaving : whole;
}

export interface WitnessSearch<Input> {
  /** The inputs of this key: one list per split, each in its split's order. */
  readonly splits: readonly (readonly Input[])[];
  /** A fold with no state, which stays as it is. */
  readonly fold: WitnessedFold<Input>;
  readonly pool: CommittedPool;
  /** Records of one lane stand in the order in which they were emitted; default true. */
  readonly emitsInOrder?: boolean;
  /** The records of its inputs' origins that may not be another key's. Default: all of them. */
  readonly isOwed?: IsOwed;
  /** An order that leaves a record of its inputs over is of no use to the caller. */
  readonly leavesNothing?: boolean;
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
  /**
   * `ambiguous`: the place of some input among other splits' could not be told, since it left no record, or since records
   * tell none or look alike. `taken`: of the pool.
   */
  | {
      readonly kind: "found";
      readonly order: readonly Input[];
      readonly ambiguous: boolean;
      readonly taken: readonly number[];
    }
  /** `order` is the longest legal beginning; `next` was then due and its emissions were not committed, or not there. */
  | {
      readonly kind: "impossible";
      readonly order: readonly Input[];
      readonly next: Input;
      readonly emissions: readonly Emission[];
    }
  /** `because`: what it is that cannot be told; absent where the steps were used up. */
  | { readonly kind: "undecided"; readonly because?: string };

/** One level of the search: the split whose head was chosen, and those that could be tried in its place. */
interface Choice<Input> {
  readonly split: number;
  readonly alternatives: number[];
  readonly taken: readonly number[];
  /** The records among those of its origin that it took; undefined where there were no others. */
  readonly picks: string | undefined;
  /** One of those looked like one that it took. */
  readonly alike: boolean;
  readonly frontierBefore: Frontier | undefined;
  /** Undefined where there are no alternatives. */
  readonly foldBefore: WitnessedFold<Input> | undefined;
  /** Names the point that the choice led to; undefined while no choice could have been made otherwise. */
  readonly point: string | undefined;
}

class Walk<Input extends OriginOfRecord> {
  readonly #search: WitnessSearch<Input>;
  readonly #leavesNothing: boolean;
  readonly #isOwed: IsOwed;
  readonly #cursor: number[];
  readonly #choices: Choice<Input>[] = [];
  /** Undefined: no order is demanded. */
  #frontier: Frontier | undefined;
  readonly #leftInVain = new Set<string>();
  /** Undefined while no candidate is left here. */
  #fold: WitnessedFold<Input> | undefined;
  #steps = 0;
  /** The second lowest of the places where the heads' first records stand; −∞: not known. */
  #secondPlace = Infinity;
  #silentAmongSeveral = false;
  #deepest: Extract<FoundOrder<Input>, { kind: "impossible" }> | undefined;

  /** `leavesNothing`: an order that leaves a record of its inputs over is none. */
  constructor(search: WitnessSearch<Input>, leavesNothing: boolean) {
    this.#search = search;
    this.#leavesNothing = leavesNothing;
    this.#isOwed = search.isOwed ?? (() => true);
    this.#frontier = search.emitsInOrder === false ? undefined : new Map();
    this.#cursor = search.splits.map(() => 0);
    this.#fold = search.fold.fork();
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
    const several = this.#search.splits.length > 1;
    const tellsNothing =
      this.#frontier === undefined || this.#choices.some(({ alike, taken }) => alike || taken.length === 0);
    return {
      kind: "found",
      order: this.#order(),
      ambiguous: this.#silentAmongSeveral || (several && tellsNothing),
      taken: this.#choices.flatMap(choice => choice.taken),
    };
  }

  /** Splits whose head may come next, best first; none: the order is whole. */
  #candidates(): number[] {
    const { splits, pool, complete } = this.#search;
    const ranked: { split: number; place: number }[] = [];
    const perhaps: number[] = [];
    let waiting = 0;
    for (let split = 0; split < splits.length; split++) {
      const head = splits[split]![this.#cursor[split]!];
      if (head === undefined) continue;
      waiting++;
      const place = pool.firstPlaceOf(head);
      // A head without a record is silent or lost. In a job that has not finished it may also be still to come: it belongs
      // in the order if something behind it was committed, and may belong there if it is silent.
      if (place !== undefined || complete || this.#committedBehind(split))
        ranked.push({ split, place: place ?? Infinity });
      else perhaps.push(split);
    }
    if (ranked.length === 0) return [];
    for (const split of perhaps) if (this.#isSilent(split)) ranked.push({ split, place: Infinity });
    ranked.sort((a, b) => a.place - b.place || a.split - b.split);
    this.#secondPlace = ranked[1]?.place ?? Infinity;
    if (waiting > 1 && ranked.some(({ place }) => place === Infinity)) this.#silentAmongSeveral = true;
    return ranked.map(({ split }) => split);
  }

  #isSilent(split: number): boolean {
    this.#steps++;
    return this.#fold!.fork().step(this.#search.splits[split]![this.#cursor[split]!]!).length === 0;
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
    this.#frontier = use.frontier;
    this.#cursor[split]!++;
    const { taken, alike } = use;
    const picks = use.picked ? taken.join("+") : undefined;
    const point = this.#pointAfter(fold, picks);
    this.#choices.push({ split, alternatives: candidates, taken, alike, picks, frontierBefore, foldBefore, point });
    if (point === undefined || !this.#leftInVain.has(point)) return true;
    const others = this.#backtrack()!;
    candidates.splice(0, candidates.length, ...others);
    return false;
  }

  /** Undefined: what it gives was not committed, or it leaves something over that nobody could take any more. */
  #use(split: number, input: Input, emissions: readonly Emission[]): Take | undefined {
    const { pool } = this.#search;
    const use = pool.take(input, emissions, this.#frontier);
    if (use === undefined || !this.#leavesNothing) return use;
    if (!this.#leavesOwn(split, input) && !this.#passesOver(split, use.taken)) return use;
    pool.putBack(use.taken);
    return undefined;
  }

  #leavesOwn(split: number, input: Input): boolean {
    const { pool, splits } = this.#search;
    if (!pool.hasLeft(input, this.#isOwed)) return false;
    // Of one record there may be several: two of one key, or one that came by another way.
    return !splits.some((inputs, other) => {
      const rest = this.#cursor[other]! + (other === split ? 1 : 0);
      return inputs.some((one, at) => at >= rest && one.position === input.position && one.split === input.split);
    });
  }

  #passesOver(split: number, taken: readonly number[]): boolean {
    const { pool, splits } = this.#search;
    if (this.#frontier === undefined || pool.standBefore(taken, this.#secondPlace)) return false;
    return splits.some((inputs, other) => {
      const head = other === split ? undefined : inputs[this.#cursor[other]!];
      return head !== undefined && pool.isPassedOver(head, taken, this.#isOwed);
    });
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
    this.#secondPlace = -Infinity;
    return last.alternatives;
  }

  #order(): Input[] {
    const at = this.#search.splits.map(() => 0);
    return this.#choices.map(({ split }) => this.#search.splits[split]![at[split]!++]!);
  }
}
