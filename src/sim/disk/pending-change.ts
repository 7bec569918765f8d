import type { EntryChange } from "./entry-change.ts";
import type { FileInode } from "./inode.ts";
import type { ContentChange } from "./stable-bytes.ts";

/** A change that no sync has covered: of names, or of one file's contents. */
export type PendingChange =
  | { readonly kind: "entry"; readonly sequence: number; readonly change: EntryChange }
  | { readonly kind: "content"; readonly sequence: number; readonly file: FileInode; readonly change: ContentChange };

/** The changes of contents by their files, each file's in order. */
export function byFile(pending: readonly PendingChange[]): ReadonlyMap<FileInode, readonly ContentChange[]> {
  const files = new Map<FileInode, ContentChange[]>();
  for (const one of pending) {
    if (one.kind === "entry") continue;
    const changes = files.get(one.file);
    if (changes === undefined) files.set(one.file, [one.change]);
    else changes.push(one.change);
  }
  return files;
}
