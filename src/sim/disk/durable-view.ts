import type { DurableView } from "../observation.ts";
import type { DiskTree } from "./disk-tree.ts";
import type { FolderInode } from "./inode.ts";

/**
 * What a machine's disk would still hold in the harshest model: synced bytes below durable names. The bytes it gives
 * are views of the disk's own, good until the disk's next change. A file with a sector that cannot be read is named and not given.
 */
export function durableView(tree: () => DiskTree): DurableView {
  return {
    read(path) {
      const inode = tree().durability.stableAt(path);
      return inode?.kind === "file" && inode.unreadable === undefined ? inode.stable.view : undefined;
    },
    list(folder) {
      const inode = tree().durability.stableAt(folder);
      const paths: string[] = [];
      if (inode?.kind === "folder") collect(inode, folder === "/" ? "" : folder, paths);
      return paths.sort();
    },
  };
}

function collect(folder: FolderInode, path: string, into: string[]): void {
  for (const [name, inode] of folder.stable) {
    if (inode.kind === "folder") collect(inode, `${path}/${name}`, into);
    else into.push(`${path}/${name}`);
  }
}
