import { closeOver, type EntryChange } from "./entry-change.ts";
import type { FileInode } from "./inode.ts";
import { byFile, type PendingChange } from "./pending-change.ts";
import type { PowerLossDraws } from "./power-loss-draws.ts";
import { sectorsOf, type SectorPart } from "./sector.ts";
import { StableBytes, type ContentChange } from "./stable-bytes.ts";

/**
 * What survives where POSIX's promises hold and no other: of names, sizes and sectors that no sync covered, any subset.
 * A sector may be there in any version that it had since the last sync, or hold zeros or garbage where it was written.
 *
 * Bytes of a sector that were not written since the sync stay (drives and SQLite call it power-safe overwrite): without
 * that no program could append to a file that does not end at a sector. A rename is atomic.
 */
export function weakSurvivors(pending: readonly PendingChange[], draws: PowerLossDraws): readonly PendingChange[] {
  const survivors: PendingChange[] = entrySurvivors(pending, draws).map(change => {
    return { kind: "entry", sequence: change.sequence, change };
  });
  for (const [file, changes] of byFile(pending)) {
    for (const change of contentSurvivors(file, changes, draws)) {
      survivors.push({ kind: "content", sequence: change.sequence, file, change });
    }
  }
  return survivors;
}

/** Few, about half or most of them: a fixed chance would hardly ever lose just one of many, or spare just one. */
function entrySurvivors(pending: readonly PendingChange[], draws: PowerLossDraws): readonly EntryChange[] {
  const entries = pending.flatMap(one => (one.kind === "entry" ? [one.change] : []));
  const perMille = chances[draws.below(chances.length)]!;
  return closeOver(entries, () => draws.chance(perMille)).due;
}

function contentSurvivors(
  file: FileInode,
  changes: readonly ContentChange[],
  draws: PowerLossDraws,
): readonly ContentChange[] {
  const { sectors, sizes } = historyOf(file, changes);
  const sequence = changes.at(-1)!.sequence;
  const survivors: ContentChange[] = [];
  const write = (position: number, bytes: Uint8Array): void =>
    void survivors.push({ sequence, kind: "write", position, bytes, lost: false });
  for (const { written, versions } of sectors.values()) {
    const fate = draws.below(10);
    if (fate < 3) continue;
    if (fate < 8) {
      const { from, bytes } = versions[draws.below(versions.length)]!;
      write(from, bytes);
      continue;
    }
    for (const { from, to } of written) {
      const bytes = new Uint8Array(to - from);
      if (fate === 9) for (let i = 0; i < bytes.length; i++) bytes[i] = draws.below(256);
      write(from, bytes);
    }
  }
  survivors.push({ sequence, kind: "truncate", length: sizes[draws.below(sizes.length)]! });
  return survivors;
}

/** The versions of each sector that was written since the last sync, and the sizes that the file had. */
function historyOf(file: FileInode, changes: readonly ContentChange[]): FileHistory {
  const image = new StableBytes();
  image.replace(file.stable.view.slice());
  const sectors = new Map<number, SectorHistory>();
  const sizes = [image.size];
  for (const change of changes) {
    image.apply(change);
    sizes.push(image.size);
    if (change.kind === "truncate" || change.lost) continue;
    for (const part of sectorsOf(change.position, change.bytes.length)) {
      const { written, versions } = sectors.get(part.sector) ?? { written: [], versions: [] };
      written.push(part);
      // Whatever was written to the sector so far is in it.
      const from = Math.min(...written.map(one => one.from));
      const to = Math.max(...written.map(one => one.to));
      versions.push({ from, bytes: image.read(from, to - from) });
      sectors.set(part.sector, { written, versions });
    }
  }
  return { sectors, sizes };
}

interface FileHistory {
  readonly sectors: ReadonlyMap<number, SectorHistory>;
  readonly sizes: readonly number[];
}

interface SectorHistory {
  readonly written: SectorPart[];
  readonly versions: { readonly from: number; readonly bytes: Uint8Array }[];
}

const chances = [125, 500, 875];
