import { DiskError } from "./disk.ts";

/**
 * What every host asks of the arguments of a disk call, checked in one place so that hosts cannot differ.
 *
 * A path is absolute, `/`-separated, without empty, `.` or `..` parts and without NUL; anything else is EINVAL, so that
 * a path has one spelling and never leaves the disk of its process. A part is at most 255 bytes long, as on Linux.
 */
export function checkDiskPath(path: string, syscall: string): void {
  if (path === "/") return;
  if (path.charCodeAt(0) !== SLASH) throw new DiskError("EINVAL", syscall, path);
  let start = 1;
  for (;;) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    checkPart(path, start, end, syscall);
    if (slash < 0) break;
    start = slash + 1;
  }
  if (path.includes("\0")) throw new DiskError("EINVAL", syscall, path);
}

/** A range beyond the array is the caller's mistake, not the disk's: it throws at once, as node:fs does. */
export function checkRange(bytes: Uint8Array, offset: number, length: number, position: number | null): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
    throw new RangeError(`Bytes ${offset} to ${offset + length} of an array of ${bytes.length} were asked for.`);
  }
  if (position !== null && !(Number.isSafeInteger(position) && position >= 0)) {
    throw new RangeError(
      `A position is a whole number from 0 on, or null for the descriptor's own; it was ${position}.`,
    );
  }
}

function checkPart(path: string, start: number, end: number, syscall: string): void {
  const length = end - start;
  const dots = path.charCodeAt(start) === DOT && (length === 1 || (length === 2 && path.charCodeAt(start + 1) === DOT));
  if (length === 0 || dots) throw new DiskError("EINVAL", syscall, path);
  // A UTF-16 unit is at most three bytes of UTF-8, so that short names need no counting.
  if (length > PART_BYTES_MAX / 3 && Buffer.byteLength(path.slice(start, end)) > PART_BYTES_MAX) {
    throw new DiskError("ENAMETOOLONG", syscall, path);
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;
const PART_BYTES_MAX = 255;
