import type { EnumeratorContext, SplitEnumerator } from "../api/source.ts";

/**
 * Gives out splits that are all known from the start, each to one reader. It owns which were assigned, which is its
 * state; positions are the readers'. Split i belongs to subtask i mod parallelism.
 */
export class FixedSplits<Name, Split> implements SplitEnumerator<Split> {
  readonly #context: EnumeratorContext<Split>;
  readonly #names: readonly Name[];
  readonly #unread: (name: Name) => Split;
  readonly #assigned: Set<Name>;

  /** `unread` makes the split of a name, at its first record. */
  constructor(
    context: EnumeratorContext<Split>,
    options: { readonly names: readonly Name[]; readonly unread: (name: Name) => Split; readonly restored: unknown },
  ) {
    this.#context = context;
    this.#names = options.names;
    this.#unread = options.unread;
    this.#assigned = new Set(options.restored as readonly Name[] | undefined);
  }

  start(): void {}

  addReader(subtask: number): void {
    const { parallelism } = this.#context;
    const mine = this.#names.filter((name, i) => i % parallelism === subtask && !this.#assigned.has(name));
    for (const name of mine) this.#assigned.add(name);
    if (mine.length > 0) this.#context.assign(subtask, mine.map(this.#unread));
    this.#context.noMoreSplits(subtask);
  }

  addSplitsBack(subtask: number, splits: readonly Split[]): void {
    if (this.#context.readers().includes(subtask)) this.#context.assign(subtask, splits);
  }

  snapshotState(): readonly Name[] {
    return [...this.#assigned];
  }

  close(): void {}
}
