import { Durability } from "./durability.ts";
import { FolderInode } from "./inode.ts";
import { PageCache } from "./page-cache.ts";
import type { PersistenceModel } from "./persistence.ts";
import type { VolumePool } from "./volume-pool.ts";

/** The two forms of one disk's contents over one memfs volume: what processes see, and what would survive. */
export class DiskTree {
  readonly durability: Durability;
  readonly cache: PageCache;

  constructor(volumes: VolumePool, model: PersistenceModel) {
    const volume = volumes.take();
    this.durability = new Durability(new FolderInode(volume.root), model);
    this.cache = new PageCache(volume, volumes, this.durability);
  }
}
