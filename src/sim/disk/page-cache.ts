import { DiskError, type FileStat } from "../../host/disk.ts";
import { checkDiskPath } from "../../host/disk-arguments.ts";
import type { Durability } from "./durability.ts";
import type { EntrySlot } from "./entry-change.ts";
import { FileInode, FolderInode, type Inode } from "./inode.ts";
import { sectorsOf } from "./sector.ts";
import type { VolumeCore, VolumeLink, VolumeNode, VolumePool } from "./volume-pool.ts";

/**
 * What processes see of a disk: names and contents as Linux shows them, kept in a memfs volume. It owns the semantics
 * of each operation on names with its error codes, and tells {@link Durability} of every change. It does not own
 * descriptors (open-file.ts), nor when an operation happens (call-queue.ts).
 *
 * Every operation happens whole or throws a DiskError and changes nothing. Checks stand in the order of Linux's VFS,
 * so that of two reasons to fail the same one is given.
 */
export class PageCache {
  readonly #volume: VolumeCore;
  readonly #volumes: VolumePool;
  readonly #durability: Durability;
  readonly #inodes = new Map<VolumeLink, Inode>();
  /** Every node that this volume was given, those of removed files included: descriptors may still hold them. */
  #nodes: VolumeNode[] = [];
  /** Names that came or went in the operation that runs, when somebody watches. */
  onEntry: ((what: "create" | "unlink", path: string) => void) | undefined;

  constructor(volume: VolumeCore, volumes: VolumePool, durability: Durability) {
    this.#volume = volume;
    this.#volumes = volumes;
    this.#durability = durability;
    this.#rebuild();
  }

  /** Opens or makes the file of `open`; a folder may be opened too, as in Linux, for reading only. */
  open(path: string, flags: { readonly write: boolean; readonly create: boolean; readonly exclusive: boolean }): Inode {
    const { parent, name } = this.#parentOf(path, "open");
    const inode = name === "" ? parent : this.#child(parent, name);
    if (inode === undefined) {
      if (!flags.create) throw new DiskError("ENOENT", "open", path);
      return this.#addFile(parent, name, path);
    }
    if (flags.exclusive) throw new DiskError("EEXIST", "open", path);
    if (inode.kind === "folder" && flags.write) throw new DiskError("EISDIR", "open", path);
    return inode;
  }

  /** `lost`: processes see the bytes for as long as they stay in memory, and the disk never keeps them. */
  write(file: FileInode, position: number, bytes: Uint8Array, lost = false): void {
    if (bytes.length === 0) return;
    file.link.node.write(asBuffer(bytes), 0, bytes.length, position);
    if (file.unreadable !== undefined) file.unreadable = unreadableAfterWrite(file.unreadable, position, bytes.length);
    this.#durability.wrote(file, position, bytes, lost);
  }

  read(file: FileInode, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const { node } = file.link;
    const bytesRead = Math.min(length, node.getSize() - position);
    if (bytesRead <= 0) return 0;
    const { unreadable } = file;
    if (unreadable !== undefined && sectorsOf(position, bytesRead).some(({ sector }) => unreadable.has(sector))) {
      throw new DiskError("EIO", "read");
    }
    buffer.set(node.buf.subarray(position, position + bytesRead), offset);
    return bytesRead;
  }

  truncate(file: FileInode, length: number): void {
    const { node } = file.link;
    if (node.getSize() === length) return;
    node.truncate(length);
    this.#durability.truncated(file, length);
  }

  mkdir(path: string): void {
    const { parent, name } = this.#parentOf(path, "mkdir");
    if (name === "" || this.#child(parent, name) !== undefined) throw new DiskError("EEXIST", "mkdir", path);
    this.#addFolder(parent, name, path);
  }

  /** Makes what is missing of a path. A file at its end is EEXIST, one on the way ENOTDIR. */
  mkdirRecursive(path: string): void {
    checkDiskPath(path, "mkdir");
    let folder = this.#durability.root;
    const names = namesOf(path);
    names.forEach((name, depth) => {
      const child = this.#child(folder, name);
      if (child?.kind === "file") throw new DiskError(depth === names.length - 1 ? "EEXIST" : "ENOTDIR", "mkdir", path);
      folder = child ?? this.#addFolder(folder, name, `/${names.slice(0, depth + 1).join("/")}`);
    });
  }

  readdir(path: string): string[] {
    const inode = this.#at(path, "scandir");
    if (inode.kind === "file") throw new DiskError("ENOTDIR", "scandir", path);
    return childNames(inode.link).sort();
  }

  stat(path: string): FileStat {
    return statOf(this.#at(path, "stat"));
  }

  folder(path: string, syscall: string): FolderInode {
    const inode = this.#at(path, syscall);
    if (inode.kind === "file") throw new DiskError("ENOTDIR", syscall, path);
    return inode;
  }

  unlink(path: string): void {
    const { parent, name } = this.#parentOf(path, "unlink");
    if (name === "") throw new DiskError("EPERM", "unlink", path);
    const inode = this.#child(parent, name);
    if (inode === undefined) throw new DiskError("ENOENT", "unlink", path);
    if (inode.kind === "folder") throw new DiskError("EISDIR", "unlink", path);
    this.#remove(parent, name, inode, path);
  }

  rmdir(path: string): void {
    const { parent, name } = this.#parentOf(path, "rmdir");
    if (name === "") throw new DiskError("EPERM", "rmdir", path);
    const inode = this.#child(parent, name);
    if (inode === undefined) throw new DiskError("ENOENT", "rmdir", path);
    if (inode.kind === "file") throw new DiskError("ENOTDIR", "rmdir", path);
    if (inode.link.length > 0) throw new DiskError("ENOTEMPTY", "rmdir", path);
    this.#remove(parent, name, inode, path);
  }

  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): void {
    const { parent, name, missing } = this.#parentOf(path, "rm", options.force);
    if (missing) return;
    if (name === "") throw new DiskError("EPERM", "rm", path);
    const inode = this.#child(parent, name);
    if (inode === undefined) {
      if (options.force) return;
      throw new DiskError("ENOENT", "rm", path);
    }
    if (inode.kind === "folder" && !options.recursive) throw new DiskError("EISDIR", "rm", path);
    this.#removeTree(parent, name, inode, path);
  }

  /** Returns false where both names are one and nothing changes. */
  rename(from: string, to: string): boolean {
    const source = this.#parentOf(from, "rename");
    const target = this.#parentOf(to, "rename");
    if (source.name === "" || target.name === "") throw new DiskError("EPERM", "rename", from);
    const moved = this.#child(source.parent, source.name);
    if (moved === undefined) throw new DiskError("ENOENT", "rename", from);
    if (isWithin(target.parent.link, moved.link)) throw new DiskError("EINVAL", "rename", from);
    const replaced = this.#child(target.parent, target.name);
    if (replaced === moved) return false;
    if (replaced !== undefined) this.#checkReplaceable(moved, replaced, source.parent, from);
    if (replaced !== undefined) this.#drop(target.parent, replaced);
    source.parent.link.deleteChild(moved.link);
    const { link } = moved;
    link.name = target.name;
    link.steps = [...target.parent.link.steps, target.name];
    target.parent.link.setChild(target.name, link);
    this.#durability.renamed([
      { folder: source.parent, name: source.name, inode: undefined },
      {
        folder: target.parent,
        name: target.name,
        inode: moved,
        ...(replaced === undefined ? {} : { gone: replaced }),
      },
    ]);
    return true;
  }

  /** Bytes and files that processes see. */
  get size(): { readonly files: number; readonly bytes: number } {
    let files = 0;
    let bytes = 0;
    for (const inode of this.#inodes.values()) {
      if (inode.kind === "folder") continue;
      files++;
      bytes += inode.link.node.getSize();
    }
    return { files, bytes };
  }

  /** Shows what is durable and nothing else, as a machine does that comes back from a power loss. */
  reload(): void {
    this.#clear();
    this.#volume.reset();
    this.#rebuild();
  }

  /** Forgets a file's pages: what processes see from now on is what the disk has kept. */
  evict(file: FileInode): void {
    const { node } = file.link;
    node.truncate(0);
    if (file.stable.size > 0) node.write(asBuffer(file.stable.view), 0, file.stable.size, 0);
  }

  /** Shows bytes that the disk has got by itself, where no process has written others since. */
  overlay(file: FileInode, position: number, bytes: Uint8Array): void {
    const { node } = file.link;
    if (file.pending.length > 0 || node.getSize() < position + bytes.length) return;
    node.write(asBuffer(bytes), 0, bytes.length, position);
  }

  /** Gives volume and nodes back: nobody may use this cache afterwards. */
  dispose(): void {
    this.#clear();
    this.#volumes.give(this.#volume);
  }

  #clear(): void {
    this.#inodes.clear();
    this.#volumes.giveNodes(this.#nodes);
    this.#nodes = [];
  }

  #newNode(mode: number): VolumeNode {
    const node = this.#volumes.takeNode(this.#volume, mode);
    this.#nodes.push(node);
    return node;
  }

  #rebuild(): void {
    const { root } = this.#durability;
    root.link = this.#volume.root;
    this.#inodes.set(root.link, root);
    this.#showFolder(root);
  }

  #showFolder(folder: FolderInode): void {
    for (const [name, inode] of folder.stable) {
      inode.link = folder.link.createChild(name, this.#newNode(inode.kind === "file" ? FILE_MODE : FOLDER_MODE));
      this.#inodes.set(inode.link, inode);
      if (inode.kind === "folder") this.#showFolder(inode);
      else if (inode.stable.size > 0) inode.link.node.write(asBuffer(inode.stable.view), 0, inode.stable.size, 0);
    }
  }

  #checkReplaceable(moved: Inode, replaced: Inode, movedFrom: FolderInode, from: string): void {
    if (isWithin(movedFrom.link, replaced.link)) throw new DiskError("ENOTEMPTY", "rename", from);
    if (moved.kind === "folder" && replaced.kind === "file") throw new DiskError("ENOTDIR", "rename", from);
    if (moved.kind === "file" && replaced.kind === "folder") throw new DiskError("EISDIR", "rename", from);
    if (replaced.kind === "folder" && replaced.link.length > 0) throw new DiskError("ENOTEMPTY", "rename", from);
  }

  #addFile(parent: FolderInode, name: string, path: string): FileInode {
    const file = new FileInode(parent.link.createChild(name, this.#newNode(FILE_MODE)));
    return this.#added(parent, name, file, path);
  }

  #addFolder(parent: FolderInode, name: string, path: string): FolderInode {
    const folder = new FolderInode(parent.link.createChild(name, this.#newNode(FOLDER_MODE)));
    return this.#added(parent, name, folder, path);
  }

  #added<T extends Inode>(parent: FolderInode, name: string, inode: T, path: string): T {
    this.#inodes.set(inode.link, inode);
    this.#durability.renamed([{ folder: parent, name, inode }]);
    this.onEntry?.("create", path);
    return inode;
  }

  #removeTree(parent: FolderInode, name: string, inode: Inode, path: string): void {
    if (inode.kind === "folder") {
      for (const child of childNames(inode.link))
        this.#removeTree(inode, child, this.#child(inode, child)!, `${path}/${child}`);
    }
    this.#remove(parent, name, inode, path);
  }

  #remove(parent: FolderInode, name: string, inode: Inode, path: string): void {
    this.#drop(parent, inode);
    const slot: EntrySlot = { folder: parent, name, inode: undefined, gone: inode };
    this.#durability.renamed([slot]);
    this.onEntry?.("unlink", path);
  }

  /** Takes a name out of memfs. Its node lives on for the descriptors that hold it. */
  #drop(parent: FolderInode, inode: Inode): void {
    parent.link.deleteChild(inode.link);
    this.#inodes.delete(inode.link);
  }

  #child(folder: FolderInode, name: string): Inode | undefined {
    const link = folder.link.children.get(name);
    return link === undefined ? undefined : this.#inodes.get(link);
  }

  #at(path: string, syscall: string): Inode {
    const { parent, name } = this.#parentOf(path, syscall);
    const inode = name === "" ? parent : this.#child(parent, name);
    if (inode === undefined) throw new DiskError("ENOENT", syscall, path);
    return inode;
  }

  /** The folder that holds the last name of a path; for `/` the root itself and an empty name. */
  #parentOf(path: string, syscall: string, missingOk = false): { parent: FolderInode; name: string; missing: boolean } {
    checkDiskPath(path, syscall);
    let parent = this.#durability.root;
    let start = 1;
    for (let slash = path.indexOf("/", 1); slash >= 0; slash = path.indexOf("/", start)) {
      const next = this.#child(parent, path.slice(start, slash));
      if (next === undefined && missingOk) return { parent, name: "", missing: true };
      if (next === undefined) throw new DiskError("ENOENT", syscall, path);
      if (next.kind === "file") throw new DiskError("ENOTDIR", syscall, path);
      parent = next;
      start = slash + 1;
    }
    return { parent, name: path.slice(start), missing: false };
  }
}

export function statOf(inode: Inode): FileStat {
  return inode.kind === "folder" ? { kind: "directory", size: 0 } : { kind: "file", size: inode.link.node.getSize() };
}

/** A drive gives a sector that is written another place. */
function unreadableAfterWrite(
  unreadable: ReadonlySet<number>,
  position: number,
  length: number,
): ReadonlySet<number> | undefined {
  const written = new Set(sectorsOf(position, length).map(({ sector }) => sector));
  const left = [...unreadable].filter(sector => !written.has(sector));
  return left.length === 0 ? undefined : new Set(left);
}

function namesOf(path: string): string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

/** memfs keeps `.` and `..` among the children of a folder; no valid path asks for them. */
function childNames(link: VolumeLink): string[] {
  return [...link.children.keys()].filter(name => name !== "." && name !== "..");
}

/** Whether `link` is `folder` or lies below it. */
function isWithin(link: VolumeLink, folder: VolumeLink): boolean {
  for (let at: VolumeLink | undefined = link; at !== undefined; at = at.parent) {
    if (at === folder) return true;
  }
  return false;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const FILE_MODE = 0o100666;
const FOLDER_MODE = 0o40777;
