import type { ReaderContext, Source, SourceOutput, SourceReader } from "../api/source.ts";
import { FixedSplits } from "./fixed-splits.ts";

/**
 * Makes records by number, `generate(0)` to `generate(count − 1)`, from a pure function. Split s of n makes the numbers
 * s, s+n, s+2n …; a position counts the records that a split has made.
 */
export function generatorSource<T>(options: GeneratorOptions<T>): Source<T, GeneratorSplit> {
  const { count, generate, splits = 1 } = options;
  if (!Number.isSafeInteger(count) || count < 0)
    throw new Error(`A generator makes a whole number of records; got ${count}.`);
  if (!Number.isSafeInteger(splits) || splits < 1) throw new Error(`A generator has 1 split or more; got ${splits}.`);
  return {
    kind: "generator",
    boundedness: "bounded",
    createEnumerator: (context, restored) =>
      new FixedSplits(context, {
        names: Array.from({ length: splits }, (_, split) => split),
        unread: (split): GeneratorSplit => ({ split, position: 0 }),
        restored,
      }),
    createReader: context => new GeneratorReader(context, { count, generate, splits }),
  };
}

/** The elements of a list, in order. */
export function collectionSource<T>(values: readonly T[]): Source<T, GeneratorSplit> {
  return { ...generatorSource({ count: values.length, generate: i => values[i]! }), kind: "collection" };
}

export interface GeneratorOptions<T> {
  readonly count: number;
  /** Must be pure. */
  readonly generate: (index: number) => T;
  /** How many subtasks can share the work; part of the state's meaning, so it must not change. Default 1. */
  readonly splits?: number;
}

export interface GeneratorSplit {
  readonly split: number;
  /** Records made so far. */
  readonly position: number;
}

class GeneratorReader<T> implements SourceReader<T, GeneratorSplit> {
  readonly #context: ReaderContext;
  readonly #options: Required<GeneratorOptions<T>>;
  readonly #splits: { readonly split: number; position: number }[] = [];
  #noMoreSplits = false;

  constructor(context: ReaderContext, options: Required<GeneratorOptions<T>>) {
    this.#context = context;
    this.#options = options;
  }

  start(): void {}

  addSplits(splits: readonly GeneratorSplit[]): void {
    for (const split of splits) this.#splits.push({ ...split });
    this.#context.available();
  }

  noMoreSplits(): void {
    this.#noMoreSplits = true;
    this.#context.available();
  }

  poll(output: SourceOutput<T>, recordsMax: number): "more" | "nothing" | "end" {
    let left = recordsMax;
    for (const state of this.#splits) {
      for (let index = this.#indexOf(state); left > 0 && index < this.#options.count; index = this.#indexOf(state)) {
        output.emit(this.#options.generate(index), undefined, {
          split: `generator/${state.split}`,
          position: state.position,
        });
        state.position++;
        left--;
      }
    }
    if (this.#splits.some(state => this.#indexOf(state) < this.#options.count)) return "more";
    return this.#noMoreSplits ? "end" : "nothing";
  }

  snapshotState(): readonly GeneratorSplit[] {
    return this.#splits.map(state => ({ ...state }));
  }

  close(): void {}

  #indexOf({ split, position }: GeneratorSplit): number {
    return split + position * this.#options.splits;
  }
}
