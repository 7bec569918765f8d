import { Body } from "../../rpc/body.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";

/**
 * Records as producers give them and consumers get them, and their packed form, which stands on the wire and in the
 * broker's log alike: a list without field names, since there are many of them.
 */
export interface NewRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly timestampMs: number;
  /** Where it came from, as plain data: carried like a Kafka header, of no meaning to the broker. */
  readonly origin?: unknown;
}

export interface FetchedRecord extends NewRecord {
  readonly offset: number;
}

/** `[key, value, timestampMs, origin]`; a record without origin is shorter. */
export type PackedRecord = readonly unknown[];

export function packRecord(record: NewRecord): PackedRecord {
  const { key, value, timestampMs, origin } = record;
  return origin === undefined ? [key, value, timestampMs] : [key, value, timestampMs, origin];
}

export function unpackRecord(packed: unknown): NewRecord {
  assertPacked(packed);
  const [key, value, timestampMs, origin] = packed as [Uint8Array | null, Uint8Array, number, unknown];
  return origin === undefined ? { key, value, timestampMs } : { key, value, timestampMs, origin };
}

/** Of key and value, which are what a record can be large by. */
export function bytesOf({ key, value }: Pick<NewRecord, "key" | "value">): number {
  return (key?.length ?? 0) + value.length;
}

export function packedBytes([key, value]: PackedRecord): number {
  return bytesOf({ key: key as Uint8Array | null, value: value as Uint8Array });
}

/** The broker keeps no larger record: one of them fits in a message. (Kafka: `message.max.bytes`.) */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024;

/** What one batch or answer holds, or else it holds a single record. (Kafka: `batch.size`, `max.partition.fetch.bytes`.) */
export const BATCH_BYTES_MAX = 1024 * 1024;

/** How many of these, from this one on, are one batch: as many as there are bytes for, and one at least. */
export function batchLength(records: readonly NewRecord[]): number {
  let bytes = 0;
  const rest = records.findIndex((record, index) => (bytes += bytesOf(record)) > BATCH_BYTES_MAX && index > 0);
  return rest === -1 ? records.length : rest;
}

/** Throws the fault `malformed`. */
export function assertPacked(packed: unknown): asserts packed is PackedRecord {
  if (!Array.isArray(packed)) throw new RpcFault("malformed", "a record is a list");
  const [key, value, timestampMs] = packed as readonly unknown[];
  if (!(value instanceof Uint8Array) || !(key === null || key instanceof Uint8Array)) {
    throw new RpcFault("malformed", "a record has bytes as value, and bytes or null as key");
  }
  if (!Number.isSafeInteger(timestampMs)) throw new RpcFault("malformed", "a record has a whole number as timestamp");
}

/** Throws the fault `record-too-large`. */
export function assertKept(packed: PackedRecord): void {
  const bytes = packedBytes(packed);
  if (bytes > RECORD_BYTES_MAX)
    throw new RpcFault("record-too-large", `a record of ${bytes} bytes; at most ${RECORD_BYTES_MAX} are kept`);
}

/** `[offset, packed record]`. */
export function unpackFetched(packed: unknown): FetchedRecord {
  const [found, record] = Array.isArray(packed) ? (packed as readonly unknown[]) : [];
  const offset = new Body({ offset: found }).whole("offset");
  const { key, value, timestampMs, origin } = unpackRecord(record);
  return origin === undefined ? { offset, key, value, timestampMs } : { offset, key, value, timestampMs, origin };
}
