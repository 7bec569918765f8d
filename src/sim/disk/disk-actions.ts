import type { FileStat, OpenFlags } from "../../host/disk.ts";
import type { DiskObservation } from "../observation.ts";
import type { DiskTree } from "./disk-tree.ts";
import type { Inode } from "./inode.ts";
import { OpenFile } from "./open-file.ts";

/**
 * What the calls of one role do to the disk, and what observers are told of it. Each action is whole: it happens, or
 * throws a DiskError and changes nothing.
 */
export class DiskActions {
  readonly #tree: () => DiskTree;
  /** Undefined while nobody observes this role, so that a run without observers pays nothing. */
  readonly #observer: () => DiskObserver | undefined;

  constructor(tree: () => DiskTree, observer: () => DiskObserver | undefined) {
    this.#tree = tree;
    this.#observer = observer;
  }

  open(path: string, flags: OpenFlags): OpenFile {
    this.#watchEntries();
    return new OpenFile(this.#tree(), path, flags);
  }

  write(file: OpenFile, bytes: Uint8Array, position: number | null, lost: boolean): void {
    const at = file.write(bytes, position, lost);
    this.#observer()?.({ operation: "write", path: pathOf(file.inode), position: at, bytes });
  }

  truncate(file: OpenFile, length: number): void {
    file.truncate(length);
    this.#observer()?.({ operation: "truncate", path: pathOf(file.inode), position: length });
  }

  sync(file: OpenFile): void {
    file.sync();
    this.#observer()?.({ operation: file.inode.kind === "file" ? "sync" : "sync-directory", path: pathOf(file.inode) });
  }

  mkdir(path: string, recursive: boolean): void {
    this.#watchEntries();
    if (recursive) this.#tree().cache.mkdirRecursive(path);
    else this.#tree().cache.mkdir(path);
  }

  readdir(path: string): string[] {
    return this.#tree().cache.readdir(path);
  }

  stat(path: string): FileStat {
    return this.#tree().cache.stat(path);
  }

  rename(from: string, to: string): void {
    if (this.#tree().cache.rename(from, to)) this.#observer()?.({ operation: "rename", path: from, to });
  }

  unlink(path: string): void {
    this.#watchEntries();
    this.#tree().cache.unlink(path);
  }

  rmdir(path: string): void {
    this.#watchEntries();
    this.#tree().cache.rmdir(path);
  }

  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): void {
    this.#watchEntries();
    this.#tree().cache.rm(path, options);
  }

  syncDirectory(path: string): void {
    const { cache, durability } = this.#tree();
    durability.syncFolder(cache.folder(path, "fsync"));
    this.#observer()?.({ operation: "sync-directory", path });
  }

  /** One operation may change many names; the page cache reports each to whoever acts. */
  #watchEntries(): void {
    const observer = this.#observer();
    this.#tree().cache.onEntry =
      observer === undefined ? undefined : (operation, path) => observer({ operation, path });
  }
}

/** Is told what happened; who, where and when are known to whoever made it. */
export type DiskObserver = (what: Omit<DiskObservation, "kind" | "atUs" | "machine" | "role">) => void;

function pathOf(inode: Inode): string {
  return inode.link.steps.join("/") || "/";
}
