import { decode, encode } from "../rpc/codec.ts";
import { crc32c } from "../rpc/crc32c.ts";

/**
 * The bytes of a service's write-ahead log (write-ahead-log.ts writes it). Pure: servers recover by it and oracles
 * judge by it.
 *
 *     entry: u32 length of the payload | u32 CRC32C of the length | u32 CRC32C of the payload | payload
 *     payload: encoded [number of the entry, list of records, mark of the life of the service that wrote it]
 *
 * An entry is one batch, all or nothing. It begins at a sector boundary, so that a torn write of an entry never
 * touches a sector in which an older one lies.
 */
export function encodeEntry(number: number, records: readonly unknown[], life = 0): Uint8Array {
  const payload = encode([number, records, life]);
  const entry = new Uint8Array(roundUp(ENTRY_PREFIX_BYTES + payload.length));
  const view = new DataView(entry.buffer);
  view.setUint32(0, payload.length);
  view.setUint32(4, crc32c(entry, 0, 0, 4));
  view.setUint32(8, crc32c(payload));
  entry.set(payload, ENTRY_PREFIX_BYTES);
  return entry;
}

/**
 * The log of a service before its first life: whoever sets the service up puts it on its disk, once, as one formats a
 * Kafka or TigerBeetle disk. From then on a missing log is a lost one.
 */
export function formattedLog(): Uint8Array {
  return encodeEntry(1, []);
}

/**
 * Reads a log. At most one entry is ever unsynced, so only two kinds of damage are honest: a last entry that is not
 * whole, which nobody was promised, and a hole before a second writing of the very entry that the hole should hold.
 * That may be the next entry, or the last one again: each opening writes it once more, and the sync of an earlier
 * opening may have failed. Any other damage is rot of what was acknowledged: `damage` says so, and the records are
 * those before it.
 *
 * `behind`: what an earlier reading of the same bytes came to; the result is then what has been written since.
 */
export function readLog(bytes: Uint8Array, behind: LogReading = logStart): LogContents {
  const records: unknown[] = [];
  const lives: { mark: number; first: number; last: number }[] = [];
  let last = behind.last;
  let number = last?.number ?? 0;
  let hole: number | undefined;
  /** Entries that begin in the hole, by what is left of their prefixes. */
  let begunInHole = 0;
  let end = behind.end;
  for (let at = end; at < bytes.length;) {
    const entry = readEntry(bytes, at);
    if (entry === undefined) {
      hole ??= at;
      if (lengthAt(bytes, at) !== undefined) begunInHole++;
      at += SECTOR_BYTES;
      continue;
    }
    const repeats = entry.number === number && last !== undefined;
    if (!repeats && entry.number !== number + 1)
      return {
        records,
        last,
        end,
        lives,
        damage: `the log is damaged at byte ${hole ?? at}, and whole entries follow`,
      };
    if (!repeats) records.push(...entry.records);
    number = entry.number;
    const life = lives.at(-1);
    if (life?.mark === entry.life) life.last = number;
    else lives.push({ mark: entry.life, first: number, last: number });
    last = entry;
    hole = undefined;
    begunInHole = 0;
    at = end = entry.end;
  }
  // Of more than one entry the first had been acknowledged.
  const damage = begunInHole > 1 ? `the log is damaged at byte ${hole}, and more than one entry lay there` : undefined;
  return { records, last, end, lives, damage };
}

/**
 * A log that nobody was writing when it was last seen: it ends with a whole entry. One that was written at one go holds
 * none of another life, either: such a one is another log's, and landed here by a misdirected write.
 */
export function readFinishedLog(bytes: Uint8Array): LogContents {
  const contents = readLog(bytes);
  if (contents.damage !== undefined) return contents;
  if (contents.lives.length > 1)
    return { ...contents, damage: "the log is damaged: an entry of another one lies in it" };
  if (contents.end === bytes.length) return contents;
  return { ...contents, damage: `the log is damaged at byte ${contents.end}` };
}

/** How far a log has been read. */
export interface LogReading {
  readonly last: LogEntry | undefined;
  /** Where the next entry goes; what stands behind it was never acknowledged. */
  readonly end: number;
}

const logStart: LogReading = { last: undefined, end: 0 };

export interface LogContents extends LogReading {
  /** Of all whole entries, in order. */
  readonly records: readonly unknown[];
  /** Who has written it, in order. */
  readonly lives: readonly LogLife[];
  /** What was acknowledged is lost: how it shows. */
  readonly damage: string | undefined;
}

export interface LogEntry {
  readonly number: number;
  readonly records: readonly unknown[];
}

/** Entries that one life of the service has written; the first may be the one before it again. */
export interface LogLife {
  readonly mark: number;
  readonly first: number;
  readonly last: number;
}

const SECTOR_BYTES = 512;
const ENTRY_PREFIX_BYTES = 12;

export function readEntry(
  bytes: Uint8Array,
  at: number,
): { number: number; records: readonly unknown[]; life: number; end: number } | undefined {
  const length = lengthAt(bytes, at);
  if (length === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const from = at + ENTRY_PREFIX_BYTES;
  const to = from + length;
  if (to > bytes.length || crc32c(bytes, 0, from, to) !== view.getUint32(8)) return undefined;
  // The checksum holds, so these bytes are what the service wrote.
  const [number, records, life] = decode(bytes.subarray(from, to)) as [number, readonly unknown[], number];
  return { number, records, life, end: at + roundUp(ENTRY_PREFIX_BYTES + length) };
}

/** Of the payload of an entry that begins here, whole or not. */
function lengthAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < ENTRY_PREFIX_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const length = view.getUint32(0);
  return length > 0 && crc32c(bytes, 0, at, at + 4) === view.getUint32(4) ? length : undefined;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}
