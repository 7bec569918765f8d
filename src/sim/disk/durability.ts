import { applyEntry, closeOver, type EntryChange, type EntrySlot } from "./entry-change.ts";
import type { FileInode, FolderInode, Inode } from "./inode.ts";
import type { PendingChange } from "./pending-change.ts";
import type { PersistenceModel } from "./persistence.ts";
import type { PowerLossDraws } from "./power-loss-draws.ts";
import type { ContentChange } from "./stable-bytes.ts";

/**
 * What of a disk would survive. It owns the changes that are not yet durable (contents per file, entries per folder,
 * in one order over the disk) and how a sync and a power loss make them durable. It does not own what processes see
 * (page-cache.ts), nor which of them a power loss spares (persistence.ts).
 *
 * Syncing a file makes its contents durable and no name; syncing a folder makes its entries durable and no contents;
 * a disk with a journal does more. A rename is atomic: both of its names change together, whichever folder is synced.
 */
export class Durability {
  readonly root: FolderInode;
  /** The drive says that it has written what lies in its own cache: no sync makes anything durable. */
  lying = false;
  /** A sync has said so that had something to make durable. */
  lied = false;
  readonly #model: PersistenceModel;
  /** Entry changes that wait, oldest first. */
  #entries: EntryChange[] = [];
  /** Files with content changes that wait. */
  readonly #dirty = new Set<FileInode>();
  #sequence = 0;

  constructor(root: FolderInode, model: PersistenceModel) {
    this.root = root;
    this.#model = model;
  }

  wrote(file: FileInode, position: number, bytes: Uint8Array, lost: boolean): void {
    this.#changed(file, { sequence: this.#sequence++, kind: "write", position, bytes, lost });
  }

  truncated(file: FileInode, length: number): void {
    this.#changed(file, { sequence: this.#sequence++, kind: "truncate", length });
  }

  /** One atomic change of names. */
  renamed(slots: readonly EntrySlot[]): void {
    this.#entries.push({ sequence: this.#sequence++, slots });
  }

  /** True: what processes see of the file is not what the disk has kept of it. */
  syncFile(file: FileInode): boolean {
    if (this.lying) {
      this.lied ||= this.#waits(file);
      return false;
    }
    const differs = file.pending.some(change => change.kind === "write" && change.lost);
    for (const change of file.pending) file.stable.apply(change);
    this.#clean(file);
    if (this.#model.journal) this.#commitJournal();
    return differs;
  }

  /** A failed fsync as Linux does it: the pages are marked clean, and what they hold will never be written. */
  loseFile(file: FileInode): number {
    const lost = file.pending.length;
    this.#clean(file);
    return lost;
  }

  syncFolder(folder: FolderInode): void {
    if (this.lying) {
      this.lied ||= this.#waits(folder);
      return;
    }
    if (this.#model.journal) return this.#commitJournal();
    if (this.#entries.length === 0) return;
    const { due, waiting } = closeOver(this.#entries, change => change.slots.some(slot => slot.folder === folder));
    for (const change of due) applyEntry(change);
    this.#entries = waiting;
  }

  /** Changes that wait: of names, and of contents. */
  get pendingChanges(): number {
    let count = this.#entries.length;
    for (const file of this.#dirty) count += file.pending.length;
    return count;
  }

  /** The power goes: of what waits the model says what is on the platter all the same; the rest is lost. */
  powerLoss(draws: PowerLossDraws): { readonly spared: number; readonly lost: number } {
    const pending = this.#pending();
    const spared = pending.length === 0 ? [] : this.#model.survivors(pending, draws);
    this.#settle(spared);
    const count = new Set(spared.map(({ sequence }) => sequence)).size;
    return { spared: count, lost: pending.length - count };
  }

  /** Everything that waits becomes durable. */
  writeBack(): void {
    this.#settle(this.#pending());
  }

  /** The inode at a path that would survive in the harshest case that this disk's model knows, or undefined. */
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

  /** Whether an honest sync of it makes something durable. */
  #waits(inode: Inode): boolean {
    if (inode.kind === "file" && inode.pending.length > 0) return true;
    if (this.#model.journal)
      return (
        this.#entries.length > 0 || [...this.#dirty].some(file => file.pending.some(({ kind }) => kind === "truncate"))
      );
    return this.#entries.some(change => change.slots.some(slot => slot.folder === inode));
  }

  /** In the order in which the changes were made. */
  #pending(): readonly PendingChange[] {
    const pending: PendingChange[] = this.#entries.map(change => ({
      kind: "entry",
      sequence: change.sequence,
      change,
    }));
    for (const file of this.#dirty) {
      for (const change of file.pending) pending.push({ kind: "content", sequence: change.sequence, file, change });
    }
    return pending.sort((a, b) => a.sequence - b.sequence);
  }

  #settle(survivors: readonly PendingChange[]): void {
    for (const survivor of survivors) {
      if (survivor.kind === "entry") applyEntry(survivor.change);
      else survivor.file.stable.apply(survivor.change);
    }
    for (const file of this.#dirty) file.pending = [];
    this.#dirty.clear();
    this.#entries = [];
  }

  /** Names and truncations are metadata and stand in the journal; contents and growth reach the disk by themselves. */
  #commitJournal(): void {
    for (const change of this.#entries) applyEntry(change);
    this.#entries = [];
    for (const file of this.#dirty) {
      const truncation = file.pending.findLastIndex(({ kind }) => kind === "truncate");
      if (truncation < 0) continue;
      for (const change of file.pending.splice(0, truncation + 1)) file.stable.apply(change);
      if (file.pending.length === 0) this.#dirty.delete(file);
    }
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
