import type { FolderInode, Inode } from "./inode.ts";

/**
 * A change of names that is not durable yet, and which changes must reach the platter together. It owns that relation;
 * when they reach it is durability.ts's business.
 */
export interface EntryChange {
  readonly sequence: number;
  /** One slot for a creation or removal, two for a rename: they change together. */
  readonly slots: readonly EntrySlot[];
}

export interface EntrySlot {
  readonly folder: FolderInode;
  readonly name: string;
  /** Undefined says that the name is gone. */
  readonly inode: Inode | undefined;
  /** What had the name before and has none now. */
  readonly gone?: Inode;
}

export function applyEntry(change: EntryChange): void {
  for (const { folder, name, inode } of change.slots) {
    if (inode === undefined) folder.stable.delete(name);
    else folder.stable.set(name, inode);
  }
}

/**
 * The wanted changes and each earlier one that they need, in order; `waiting` has the rest. A change needs
 *
 * - what was done before to its names, or they would go back in time;
 * - what was done before to the thing that it names, or that would have two names, or none;
 * - if it moves something, the names of the folders that lead there, or what is moved would have neither name;
 * - if it removes a folder, all that left the folder.
 */
export function closeOver(
  entries: readonly EntryChange[],
  wanted: (change: EntryChange) => boolean,
): { readonly due: readonly EntryChange[]; readonly waiting: EntryChange[] } {
  const due: EntryChange[] = [];
  const waiting: EntryChange[] = [];
  const needs = new Needs();
  for (let i = entries.length - 1; i >= 0; i--) {
    const change = entries[i]!;
    if (!wanted(change) && !needs.cover(change)) {
      waiting.push(change);
      continue;
    }
    due.push(change);
    needs.add(change);
  }
  return { due: due.reverse(), waiting: waiting.reverse() };
}

class Needs {
  readonly #names = new Map<FolderInode, Set<string>>();
  readonly #things = new Set<Inode>();
  readonly #emptied = new Set<Inode>();
  readonly #leading = new Set<Inode>();

  cover({ slots }: EntryChange): boolean {
    return slots.some(
      ({ folder, name, inode }) =>
        this.#names.get(folder)?.has(name) === true ||
        this.#emptied.has(folder) ||
        (inode !== undefined && (this.#things.has(inode) || this.#leading.has(inode))),
    );
  }

  add({ slots }: EntryChange): void {
    for (const { folder, name, inode, gone } of slots) {
      const names = this.#names.get(folder);
      if (names === undefined) this.#names.set(folder, new Set([name]));
      else names.add(name);
      if (gone?.kind === "folder") this.#emptied.add(gone);
      if (inode === undefined) continue;
      this.#things.add(inode);
      if (slots.length > 1 || this.#leading.has(inode)) this.#leading.add(folder);
    }
  }
}
