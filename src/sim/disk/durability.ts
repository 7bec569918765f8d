import type { FolderInode } from "./inode.ts";
import { type FileInode, type Inode } from "./inode.ts";
import type { ContentChange } from "./stable-bytes.ts";

/**
 * What of a disk would survive. It owns the changes that are not yet durable (contents per file, entries per folder,
 * in one order over the disk) and how a sync and a power loss make them durable. It does not own what processes see
 * (page-cache.ts), nor which of them a power loss spares (persistence.ts).
 *
 * Syncing a file makes its contents durable and no name; syncing a folder makes its entries durable and no contents.
 * A rename is atomic: both of its names change together, whichever of the two folders is synced.
 */
export class Durability {
  readonly root: FolderInode;
  /** Entry changes that wait, oldest first. */
  #entries: EntryChange[] = [];
  /** Files with content changes that wait. */
  readonly #dirty = new Set<FileInode>();
  #sequence = 0;

  constructor(root: FolderInode) {
    this.root = root;
  }

  wrote(file: FileInode, position: number, bytes: Uint8Array): void {
    this.#changed(file, { sequence: this.#sequence++, kind: "write", position, bytes });
  }

  truncated(file: FileInode, length: number): void {
    this.#changed(file, { sequence: this.#sequence++, kind: "truncate", length });
  }

  /** One atomic change of names: one slot for a creation or removal, two for a rename. */
  renamed(slots: readonly EntrySlot[]): void {
    this.#entries.push({ sequence: this.#sequence++, slots });
  }

  syncFile(file: FileInode): void {
    for (const change of file.pending) file.stable.apply(change);
    this.#clean(file);
  }

  /** A failed fsync as Linux does it: the pages are marked clean, and what they hold will never be written. */
  loseFile(file: FileInode): number {
    const lost = file.pending.length;
    this.#clean(file);
    return lost;
  }

  syncFolder(folder: FolderInode): void {
    if (this.#entries.length === 0) return;
    const { due, waiting } = closeOver(this.#entries, folder);
    for (const change of due) applyEntry(change);
    this.#entries = waiting;
  }

  /** Changes that wait: of names, and of contents. */
  get pendingChanges(): number {
    let count = this.#entries.length;
    for (const file of this.#dirty) count += file.pending.length;
    return count;
  }

  /**
   * The power goes. `spare` says of the changes that wait, in the order they were made, which are on the platter all
   * the same; the others are lost.
   */
  powerLoss(spare: Sparing): { readonly spared: number; readonly lost: number } {
    const pending: PendingChange[] = this.#entries.map(change => ({
      kind: "entry",
      sequence: change.sequence,
      change,
    }));
    for (const file of this.#dirty) {
      for (const change of file.pending) pending.push({ kind: "content", sequence: change.sequence, file, change });
    }
    pending.sort((a, b) => a.sequence - b.sequence);
    const spared = spare(pending);
    for (const survivor of spared) {
      if (survivor.kind === "entry") applyEntry(survivor.change);
      else survivor.file.stable.apply(survivor.change);
    }
    for (const file of this.#dirty) file.pending = [];
    this.#dirty.clear();
    this.#entries = [];
    return { spared: spared.length, lost: pending.length - spared.length };
  }

  /** Everything that waits becomes durable. */
  writeBack(): void {
    this.powerLoss(pending => pending);
  }

  /** The inode at a path that would survive in the harshest model, or undefined. */
  stableAt(path: string): Inode | undefined {
    let inode: Inode = this.root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      const next: Inode | undefined = inode.kind === "folder" ? inode.stable.get(name) : undefined;
      if (next === undefined) return undefined;
      inode = next;
    }
    return inode;
  }

  #changed(file: FileInode, change: ContentChange): void {
    if (file.pending.length === 0) this.#dirty.add(file);
    file.pending.push(change);
  }

  #clean(file: FileInode): void {
    if (file.pending.length === 0) return;
    file.pending = [];
    this.#dirty.delete(file);
  }
}

/** `inode` undefined says that the name is gone. */
export interface EntrySlot {
  readonly folder: FolderInode;
  readonly name: string;
  readonly inode: Inode | undefined;
}

export interface EntryChange {
  readonly sequence: number;
  readonly slots: readonly EntrySlot[];
}

export type PendingChange =
  | { readonly kind: "entry"; readonly sequence: number; readonly change: EntryChange }
  | { readonly kind: "content"; readonly sequence: number; readonly file: FileInode; readonly change: ContentChange };

/** Chooses the survivors, in the order in which they reach the platter. */
export type Sparing = (pending: readonly PendingChange[]) => readonly PendingChange[];

/**
 * The changes that a sync of `folder` makes durable: its own, and each earlier change of a name that one of those
 * changes, or the durable names would go back in time.
 */
function closeOver(
  entries: readonly EntryChange[],
  folder: FolderInode,
): { due: EntryChange[]; waiting: EntryChange[] } {
  const due: EntryChange[] = [];
  const waiting: EntryChange[] = [];
  const slots: EntrySlot[] = [];
  for (let i = entries.length - 1; i >= 0; i--) {
    const change = entries[i]!;
    const touches = change.slots.some(
      slot => slot.folder === folder || slots.some(other => other.folder === slot.folder && other.name === slot.name),
    );
    if (!touches) {
      waiting.push(change);
      continue;
    }
    due.push(change);
    // Names of the synced folder itself are due anyway; only a rename's other name has to be remembered.
    if (change.slots.length > 1) slots.push(...change.slots.filter(slot => slot.folder !== folder));
  }
  return { due: due.reverse(), waiting: waiting.reverse() };
}

function applyEntry(change: EntryChange): void {
  for (const { folder, name, inode } of change.slots) {
    if (inode === undefined) folder.stable.delete(name);
    else folder.stable.set(name, inode);
  }
}
