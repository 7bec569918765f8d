import { DiskError, type FileStat, type OpenFlags } from "../../host/disk.ts";
import type { DiskTree } from "./disk-tree.ts";
import type { Inode } from "./inode.ts";
import { statOf } from "./page-cache.ts";

/**
 * An open descriptor: an inode, a mode and an offset. It owns what a descriptor allows and where it reads and writes;
 * contents and names belong to page-cache.ts, the end of a descriptor to open-file-port.ts.
 *
 * As on Linux, a descriptor opened for appending writes at the end whatever position is given, and a write at a given
 * position leaves the offset where it is.
 */
export class OpenFile {
  readonly inode: Inode;
  readonly #tree: DiskTree;
  readonly #mode: OpenMode;
  #offset = 0;

  constructor(tree: DiskTree, path: string, flags: OpenFlags) {
    this.#tree = tree;
    this.#mode = openModes[flags];
    this.inode = tree.cache.open(path, this.#mode);
    if (this.#mode.truncate && this.inode.kind === "file") tree.cache.truncate(this.inode, 0);
  }

  read(buffer: Uint8Array, offset: number, length: number, position: number | null): number {
    const { inode } = this;
    if (length === 0) return 0;
    if (!this.#mode.read) throw new DiskError("EBADF", "read");
    if (inode.kind === "folder") throw new DiskError("EISDIR", "read");
    const bytesRead = this.#tree.cache.read(inode, buffer, offset, length, position ?? this.#offset);
    if (position === null) this.#offset += bytesRead;
    return bytesRead;
  }

  /** `bytes` belongs to the disk from now on. Returns where they were written. */
  write(bytes: Uint8Array, position: number | null, lost: boolean): number {
    const { inode } = this;
    if (!this.#mode.write || inode.kind === "folder") throw new DiskError("EBADF", "write");
    const at = this.#mode.append ? inode.link.node.getSize() : (position ?? this.#offset);
    this.#tree.cache.write(inode, at, bytes, lost);
    if (position === null && bytes.length > 0) this.#offset = at + bytes.length;
    return at;
  }

  /** How much longer a write would make the file. */
  growth(length: number, position: number | null): number {
    if (this.inode.kind === "folder") return 0;
    const size = this.inode.link.node.getSize();
    const at = this.#mode.append ? size : (position ?? this.#offset);
    return Math.max(0, at + length - size);
  }

  truncate(length: number): void {
    const { inode } = this;
    if (!this.#mode.write || inode.kind === "folder") throw new DiskError("EINVAL", "ftruncate");
    this.#tree.cache.truncate(inode, length);
  }

  stat(): FileStat {
    return statOf(this.inode);
  }

  sync(): void {
    const { inode } = this;
    const { durability, cache } = this.#tree;
    if (inode.kind === "folder") durability.syncFolder(inode);
    else if (durability.syncFile(inode)) cache.evict(inode);
  }
}

interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
}

const nothing: OpenMode = {
  read: false,
  write: false,
  append: false,
  create: false,
  truncate: false,
  exclusive: false,
};
const openModes: Readonly<Record<OpenFlags, OpenMode>> = {
  r: { ...nothing, read: true },
  "r+": { ...nothing, read: true, write: true },
  w: { ...nothing, write: true, create: true, truncate: true },
  wx: { ...nothing, write: true, create: true, truncate: true, exclusive: true },
  "w+": { ...nothing, read: true, write: true, create: true, truncate: true },
  "wx+": { ...nothing, read: true, write: true, create: true, truncate: true, exclusive: true },
  a: { ...nothing, write: true, append: true, create: true },
  ax: { ...nothing, write: true, append: true, create: true, exclusive: true },
  "a+": { ...nothing, read: true, write: true, append: true, create: true },
  "ax+": { ...nothing, read: true, write: true, append: true, create: true, exclusive: true },
};
