import { decode, encode } from "../rpc/codec.ts";
import { crc32c } from "../rpc/crc32c.ts";

/**
 * The bytes of a service's write-ahead log (write-ahead-log.ts writes it). Pure: servers recover by it and oracles judge by it.
 *
 *     entry: u32 length of the payload | u32 CRC32C of the length | u32 CRC32C of the payload | payload
 *     payload: encoded [number of the entry, list of records]
 *
 * An entry is one batch, all or nothing. It begins at a sector boundary, so that a torn write of an entry never
 * touches a sector in which an older one lies.
 */
export function encodeEntry(number: number, records: readonly unknown[]): Uint8Array {
  const payload = encode([number, records]);
  const entry = new Uint8Array(roundUp(ENTRY_PREFIX_BYTES + payload.length));
  const view = new DataView(entry.buffer);
  view.setUint32(0, payload.length);
  view.setUint32(4, crc32c(entry, 0, 0, 4));
  view.setUint32(8, crc32c(payload));
  entry.set(payload, ENTRY_PREFIX_BYTES);
  return entry;
}

/**
 * Reads a log. At most one entry is ever unsynced, so only two kinds of damage are honest: a last entry that is not whole,
 * which nobody was promised, and a hole before a second writing of the very entry that the hole should hold. That may be
 * the next entry, or the last one again: each opening writes it once more, and the sync of an earlier opening may have
 * failed. Any other damage is rot of what was acknowledged, and throws {@link LogDamaged}.
 */
export function readLog(bytes: Uint8Array): LogContents {
  const records: unknown[] = [];
  let number = 0;
  let last: { readonly number: number; readonly records: readonly unknown[] } | undefined;
  let hole: number | undefined;
  let end = 0;
  for (let at = 0; at < bytes.length;) {
    const entry = readEntry(bytes, at);
    if (entry === undefined) {
      hole ??= at;
      at += SECTOR_BYTES;
      continue;
    }
    const repeats = entry.number === number && last !== undefined;
    if (!repeats && entry.number !== number + 1) throw new LogDamaged(hole ?? at);
    if (!repeats) records.push(...entry.records);
    number = entry.number;
    last = entry;
    hole = undefined;
    at = end = entry.end;
  }
  return { records, last, end };
}

export interface LogContents {
  /** Of all whole entries, in order. */
  readonly records: readonly unknown[];
  readonly last: { readonly number: number; readonly records: readonly unknown[] } | undefined;
  /** Where the next entry goes; what stands behind it was never acknowledged. */
  readonly end: number;
}

export class LogDamaged extends Error {
  override readonly name = "LogDamaged";
  constructor(at: number) {
    super(`The log is damaged at byte ${at}, and whole entries follow: what was acknowledged is lost.`);
  }
}

const SECTOR_BYTES = 512;
const ENTRY_PREFIX_BYTES = 12;

export function readEntry(
  bytes: Uint8Array,
  at: number,
): { number: number; records: readonly unknown[]; end: number } | undefined {
  if (bytes.length - at < ENTRY_PREFIX_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const length = view.getUint32(0);
  if (length === 0 || crc32c(bytes, 0, at, at + 4) !== view.getUint32(4)) return undefined;
  const from = at + ENTRY_PREFIX_BYTES;
  const to = from + length;
  if (to > bytes.length || crc32c(bytes, 0, from, to) !== view.getUint32(8)) return undefined;
  // The checksum holds, so these bytes are what the service wrote: a list of a number and of records.
  const [number, records] = decode(bytes.subarray(from, to)) as [number, readonly unknown[]];
  return { number, records, end: at + roundUp(ENTRY_PREFIX_BYTES + length) };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}
