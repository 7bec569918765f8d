/** What a drive writes at once: a power loss tears a write between sectors, never within one. */
export const SECTOR_BYTES = 512;

/** The parts of a range, by the sectors in which they lie. */
export function sectorsOf(position: number, length: number): readonly SectorPart[] {
  const parts: SectorPart[] = [];
  const end = position + length;
  for (let from = position; from < end;) {
    const sector = Math.floor(from / SECTOR_BYTES);
    const to = Math.min(end, (sector + 1) * SECTOR_BYTES);
    parts.push({ sector, from, to });
    from = to;
  }
  return parts;
}

/** Places in the file: `to` is the first that does not belong. */
export interface SectorPart {
  readonly sector: number;
  readonly from: number;
  readonly to: number;
}
