import { Digest } from "./digest.ts";

/**
 * What happened, in order. It always keeps the rolling digest, and keeps whole entries only when recording: a failing
 * case is simply played again with recording on, and the digest is the same either way (SI-1).
 */
export class Journal {
  readonly digest = new Digest();
  readonly #entries: JournalEntry[] | undefined;

  constructor(options: { readonly record?: boolean } = {}) {
    this.#entries = options.record === true ? [] : undefined;
  }

  get recording(): boolean {
    return this.#entries !== undefined;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries ?? [];
  }

  /** Folds one happening into the digest: what kind, when, whose, and one number that sums up its content. */
  fold(kind: number, atUs: number, owner: number, content: number): void {
    this.digest.fold(kind);
    this.digest.foldWide(atUs);
    this.digest.fold(owner);
    this.digest.fold(content);
  }

  /** Keeps an entry when recording; the thunk is not called otherwise. */
  note(entry: () => JournalEntry): void {
    this.#entries?.push(entry());
  }
}

/** One line of a recording. `owner` is a role or a device (`net`, `disk:tm0`); `what` is semantic (`barrier.align`). */
export interface JournalEntry {
  readonly atUs: number;
  readonly owner: string;
  readonly what: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}
