import type { Journal, JournalEntry, JournalFold } from "./journal.ts";

/**
 * The first place at which two recordings of one case part, for `--check-determinism` and for the nearest passing run
 * beside a failing one. Both tracks are compared: the folds that make the digest, and the words; whichever parts first is told.
 *
 * `kindName` puts a name to the kinds that folds carry as numbers; they belong to the devices (sim).
 */
export function compareJournals(
  a: Journal,
  b: Journal,
  kindName: (kind: number) => string = kind => `kind ${kind}`,
): JournalDifference | undefined {
  const fold = firstDifference(a.folds, b.folds, sameFold);
  const entry = firstDifference(a.entries, b.entries, sameEntry);
  const foldFirst = fold !== undefined && (entry === undefined || entriesBefore(a, b, fold) <= entry);
  if (foldFirst) {
    const [inA, inB] = [a.folds[fold], b.folds[fold]];
    return difference(a, entriesBefore(a, b, fold), inA, inB, found => foldWords(found, kindName));
  }
  if (entry === undefined) return undefined;
  return difference(a, entry, a.entries[entry], b.entries[entry], entryWords);
}

export interface JournalDifference {
  /** The earlier of the two instants. */
  readonly atUs: number;
  /** What the runs did there, in words; undefined where a run had ended. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly ownerA: string | undefined;
  readonly ownerB: string | undefined;
  /** The last entries that both have in common, oldest first. */
  readonly before: readonly JournalEntry[];
}

function difference<T extends { readonly atUs: number; readonly owner: string }>(
  journal: Journal,
  commonEntries: number,
  a: T | undefined,
  b: T | undefined,
  words: (found: T) => string,
): JournalDifference {
  return {
    atUs: Math.min(a?.atUs ?? Infinity, b?.atUs ?? Infinity),
    a: a === undefined ? undefined : words(a),
    b: b === undefined ? undefined : words(b),
    ownerA: a?.owner,
    ownerB: b?.owner,
    before: journal.entries.slice(Math.max(0, commonEntries - ENTRIES_BEFORE), commonEntries),
  };
}

/** Where one run has ended, or has fewer words before the same fold, the fewer count. */
function entriesBefore(a: Journal, b: Journal, fold: number): number {
  return Math.min(a.folds[fold]?.entriesBefore ?? a.entries.length, b.folds[fold]?.entriesBefore ?? b.entries.length);
}

function firstDifference<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): number | undefined {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (!same(a[i]!, b[i]!)) return i;
  }
  return a.length === b.length ? undefined : shorter;
}

function sameFold(a: JournalFold, b: JournalFold): boolean {
  return a.kind === b.kind && a.atUs === b.atUs && a.owner === b.owner && a.content === b.content;
}

function sameEntry(a: JournalEntry, b: JournalEntry): boolean {
  return entryWords(a) === entryWords(b);
}

function foldWords({ atUs, owner, kind, content }: JournalFold, kindName: (kind: number) => string): string {
  return `${milliseconds(atUs)} ${owner} ${kindName(kind)} ${content}`;
}

function entryWords({ atUs, owner, what, detail }: JournalEntry): string {
  const details = Object.entries(detail ?? {}).map(([name, value]) => ` ${name}=${value}`);
  return `${milliseconds(atUs)} ${owner} ${what}${details.join("")}`;
}

function milliseconds(atUs: number): string {
  return `${(atUs / 1000).toFixed(3)} ms`;
}

/** Enough to see what the cluster was at, few enough to print. */
const ENTRIES_BEFORE = 5;
