import { Digest } from "./digest.ts";
import { drawKey } from "./random.ts";

/**
 * What happened, in order. It always keeps the rolling digest, and keeps whole entries only when recording: a failing
 * case is simply played again with recording on, and the digest is the same either way (SI-1).
 *
 * Two tracks: *folds*, the numbers that make the digest (every port call, message and write), and *entries*, the words
 * that people and reports read. Each fold knows how many entries came before it, so that the tracks can be laid side by side.
 */
export class Journal {
  readonly digest = new Digest();
  /** What stands for each owner in the digest: its name, since its number depends on who else came before it. */
  readonly #ownerKeys: number[] = [];
  readonly #recording: Recording | undefined;
  readonly #onEntry: EntryListener | undefined;

  constructor(options: JournalOptions = {}) {
    this.#onEntry = options.onEntry;
    this.#recording = options.record === true ? { entries: [], folds: [], owners: [] } : undefined;
  }

  get recording(): boolean {
    return this.#recording !== undefined;
  }

  get entries(): readonly JournalEntry[] {
    return this.#recording?.entries ?? [];
  }

  get folds(): readonly JournalFold[] {
    return this.#recording?.folds ?? [];
  }

  /** The kernel gives each owner's number a name before its first fold. */
  introduce(owner: number, name: string): void {
    this.#ownerKeys[owner] = drawKey("owner", name);
    if (this.#recording !== undefined) this.#recording.owners[owner] = name;
  }

  /** Folds one happening into the digest: what kind, when, whose, and one number that sums up its content. */
  fold(kind: number, atUs: number, owner: number, content: number): void {
    this.digest.foldHappening(kind, atUs, this.#ownerKeys[owner] ?? owner, content);
    if (this.#recording !== undefined) {
      const { folds, owners, entries } = this.#recording;
      folds.push({
        kind,
        atUs,
        owner: owners[owner] ?? `owner ${owner}`,
        content: content | 0,
        entriesBefore: entries.length,
      });
    }
  }

  /** Keeps an entry when recording; the thunk is not called otherwise. */
  note(entry: () => JournalEntry): void {
    if (this.#recording === undefined) return;
    const noted = entry();
    const number = this.#recording.entries.push(noted);
    this.#onEntry?.(noted, number);
  }
}

export interface JournalOptions {
  readonly record?: boolean;
  /** Of a recording: called with each entry at the very moment at which it happens. */
  readonly onEntry?: EntryListener;
}

/** The first entry has the number 1. */
export type EntryListener = (entry: JournalEntry, number: number) => void;

/** One line of a recording. `owner` is a role or a device (`net`, `disk:tm0`); `what` is semantic (`barrier.align`). */
export interface JournalEntry {
  readonly atUs: number;
  readonly owner: string;
  readonly what: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** One happening as the digest saw it. */
export interface JournalFold {
  readonly kind: number;
  readonly atUs: number;
  readonly owner: string;
  readonly content: number;
  readonly entriesBefore: number;
}

interface Recording {
  readonly entries: JournalEntry[];
  readonly folds: JournalFold[];
  readonly owners: string[];
}
