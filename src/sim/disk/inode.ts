import { StableBytes, type ContentChange } from "./stable-bytes.ts";
import type { VolumeLink } from "./volume-pool.ts";

/**
 * A file or a folder in its two forms: what processes see (a memfs link and its node) and what would survive
 * (`stable`, and the changes that wait for a sync). It is data; page-cache.ts changes the one form, durability.ts the other.
 */
export type Inode = FileInode | FolderInode;

export class FileInode {
  readonly kind = "file";
  /** The name in memfs; it still holds the contents after the name is gone, for descriptors that are open. */
  link: VolumeLink;
  readonly stable = new StableBytes();
  /** Changes since the last sync, oldest first. */
  pending: ContentChange[] = [];
  /** Sectors that cannot be read until they are written again. */
  unreadable: ReadonlySet<number> | undefined;

  constructor(link: VolumeLink) {
    this.link = link;
  }
}

export class FolderInode {
  readonly kind = "folder";
  link: VolumeLink;
  /** Entries that would survive. */
  readonly stable = new Map<string, Inode>();

  constructor(link: VolumeLink) {
    this.link = link;
  }
}
