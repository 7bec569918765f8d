/** What a benchmark is and what it gives: the words between bench.ts, which runs them, and each bench's own file. */
export interface Bench {
  /** Several results when the work is played in several sizes, or against several peers. */
  run(options: BenchOptions): Promise<readonly BenchResult[]>;
}

export interface BenchOptions {
  /** Rounds of each measurement; the figure is their median. */
  readonly rounds: number;
}

export interface BenchResult {
  /** `kernel`, or `ring-32` for one size of a bench. */
  readonly name: string;
  readonly value: number;
  /** `ns/event`, `messages/s`. */
  readonly unit: string;
  /** `value` over that of the work named by `against`, in the same unit: below 1 is better for a cost, above 1 for a speed. */
  readonly ratio?: number;
  readonly against?: string;
  /** Why there is no figure: a peer that is not installed. */
  readonly note?: string;
}
