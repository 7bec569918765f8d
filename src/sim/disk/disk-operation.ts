/**
 * The operations of a disk. It owns their names, as faults and counters use them, and their numbers in the digest.
 * The order is part of every digest: new ones are added at the end.
 */
export const diskOperations = [
  "open",
  "read",
  "write",
  "truncate",
  "stat",
  "sync",
  "close",
  "mkdir",
  "readdir",
  "rename",
  "unlink",
  "rmdir",
  "rm",
  "sync-directory",
] as const;

export type DiskOperation = (typeof diskOperations)[number];

/** The kinds of port calls in the digest: 64 + the operation's place for the call, 96 + its place for what it did. */
export const callKinds = numbersFrom(64);
export const effectKinds = numbersFrom(96);

function numbersFrom(base: number): Readonly<Record<DiskOperation, number>> {
  const numbers = diskOperations.map((operation, index) => [operation, base + index] as const);
  return Object.fromEntries(numbers) as Record<DiskOperation, number>;
}
