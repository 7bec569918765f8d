import type { FileInode } from "./inode.ts";
import { byFile, type PendingChange } from "./pending-change.ts";
import type { PowerLossDraws } from "./power-loss-draws.ts";
import { sectorsOf } from "./sector.ts";
import type { ContentChange, WriteChange } from "./stable-bytes.ts";

/**
 * What survives on ext4 with data=ordered and delayed allocation. One journal has the changes of names and truncations
 * in their order, and a power loss cuts it at one point. A file grows when its new bytes have been written, by itself
 * and in its own order, so that a name may be there long before its contents: the file of a rename that no fsync went
 * before comes back empty. Overwritten sectors are written in no order at all.
 */
export function orderedSurvivors(pending: readonly PendingChange[], draws: PowerLossDraws): readonly PendingChange[] {
  const journal = pending.filter(one => one.kind === "entry" || one.change.kind === "truncate");
  const cut = journal[draws.below(journal.length + 1)]?.sequence ?? Infinity;
  const survivors: PendingChange[] = pending.filter(one => one.kind === "entry" && one.sequence < cut);
  for (const [file, changes] of byFile(pending)) {
    for (const change of contentSurvivors(file, changes, cut, draws)) {
      survivors.push({ kind: "content", sequence: change.sequence, file, change });
    }
  }
  return survivors;
}

function contentSurvivors(
  file: FileInode,
  changes: readonly ContentChange[],
  cut: number,
  draws: PowerLossDraws,
): readonly ContentChange[] {
  // What stands before a truncation of the journal was written with it; what follows one that is not in it was not.
  const committed = changes.findLastIndex(({ kind, sequence }) => kind === "truncate" && sequence < cut) + 1;
  const after = changes.findIndex(({ kind, sequence }) => kind === "truncate" && sequence >= cut);
  const end = after < 0 ? changes.length : after;
  const grown = committed + draws.below(end - committed + 1);
  const survivors: ContentChange[] = [];
  let { size } = file.stable;
  for (const [index, change] of changes.slice(0, end).entries()) {
    if (change.kind === "truncate") {
      survivors.push(change);
      size = change.length;
      continue;
    }
    const overwritten = Math.max(0, Math.min(size - change.position, change.bytes.length));
    for (const { from, to } of sectorsOf(change.position, overwritten)) {
      if (draws.chance(500)) survivors.push(part(change, from, to));
    }
    const stop = change.position + change.bytes.length;
    if (stop <= size || index > grown) continue;
    const reached = index < grown ? stop : someSectors(size, stop, draws);
    if (reached <= size) continue;
    survivors.push(part(change, Math.max(change.position, size), reached));
    size = reached;
  }
  return survivors;
}

/** Where growth from `size` to `stop` has come to: at the end of some sector. */
function someSectors(size: number, stop: number, draws: PowerLossDraws): number {
  const sectors = sectorsOf(size, stop - size);
  const written = draws.below(sectors.length);
  return written === 0 ? size : sectors[written - 1]!.to;
}

/** The bytes from `from` up to `to`, both places in the file. */
function part(change: WriteChange, from: number, to: number): WriteChange {
  if (to <= change.position) return { ...change, position: to, bytes: new Uint8Array(0) };
  return { ...change, position: from, bytes: change.bytes.slice(from - change.position, to - change.position) };
}
