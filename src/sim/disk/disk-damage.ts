import type { RandomStream } from "../../kernel/random.ts";
import { pathPattern } from "./call-pattern.ts";
import type { DiskTree } from "./disk-tree.ts";
import type { FileInode, FolderInode } from "./inode.ts";
import { SECTOR_BYTES } from "./sector.ts";

/**
 * Damage to what is durable, done at once and for good: bits that flip, sectors that cannot be read, writes that land
 * where they do not belong. It owns the choice of the victim and of the place; processes see the damage from then on,
 * as if their pages of that file had been evicted. Each returns a sentence, or undefined where nothing could be damaged.
 */
export class DiskDamage {
  readonly #tree: DiskTree;
  readonly #draws: RandomStream;

  constructor(tree: DiskTree, draws: RandomStream) {
    this.#tree = tree;
    this.#draws = draws;
  }

  /** Flips bits of one sector of a file. */
  rot(where: DamagePattern): string | undefined {
    const victim = this.#victim(where);
    if (victim === undefined) return undefined;
    const { file, path } = victim;
    const sector = this.#sectorOf(file);
    const from = sector * SECTOR_BYTES;
    const length = Math.min(SECTOR_BYTES, file.stable.size - from);
    const bytes = file.stable.read(from, length);
    const bits = this.#draws.between(1, BITS_MAX);
    // Different places, or two flips might cancel out and nothing be damaged.
    const first = this.#draws.below(length * 8);
    for (let i = 0; i < Math.min(bits, length * 8); i++) {
      const bit = (first + i * STRIDE_BITS) % (length * 8);
      if (i > 0 && bit === first) break;
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    file.stable.write(from, bytes);
    this.#tree.cache.overlay(file, from, bytes);
    return `${path}: bits of its sector ${sector} flipped`;
  }

  /** A sector of a file cannot be read until it is written again. */
  latent(where: DamagePattern): string | undefined {
    const victim = this.#victim(where);
    if (victim === undefined) return undefined;
    const { file, path } = victim;
    const sector = this.#sectorOf(file);
    file.unreadable = new Set([...(file.unreadable ?? []), sector]);
    return `${path}: its sector ${sector} cannot be read`;
  }

  /** Bytes that were meant for another file overwrite a sector's worth of this disk. */
  overwrite(bytes: Uint8Array, where: DamagePattern): string | undefined {
    const victim = this.#victim(where);
    if (victim === undefined) return undefined;
    const { file, path } = victim;
    const from = this.#sectorOf(file) * SECTOR_BYTES;
    const landed = bytes.slice(0, Math.min(bytes.length, file.stable.size - from));
    file.stable.write(from, landed);
    this.#tree.cache.overlay(file, from, landed);
    return path;
  }

  #victim(where: DamagePattern): { readonly file: FileInode; readonly path: string } | undefined {
    const patterns = [where.path, where.within].flatMap(one => (one === undefined ? [] : [pathPattern(one)]));
    const found = durableFiles(this.#tree.durability.root, "").filter(
      ({ file, path }) => file.stable.size > 0 && file !== where.except && patterns.every(one => one.test(path)),
    );
    return found.length === 0 ? undefined : this.#draws.pick(found);
  }

  #sectorOf(file: FileInode): number {
    return this.#draws.below(Math.ceil(file.stable.size / SECTOR_BYTES));
  }
}

export interface DamagePattern {
  /** A path in which `*` stands for any run of characters. */
  readonly path?: string;
  /** Another one that must match too: whose files they are, on a disk that several share. */
  readonly within?: string;
  readonly except?: FileInode;
}

/** In the order of their names, which no history of the folder changes. */
function durableFiles(folder: FolderInode, path: string): { readonly file: FileInode; readonly path: string }[] {
  const names = [...folder.stable.keys()].sort();
  return names.flatMap(name => {
    const inode = folder.stable.get(name)!;
    return inode.kind === "file" ? [{ file: inode, path: `${path}/${name}` }] : durableFiles(inode, `${path}/${name}`);
  });
}

const BITS_MAX = 8;
/** Coprime to most sector lengths in bits. */
const STRIDE_BITS = 1_237;
