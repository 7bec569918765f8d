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

/** Throws the fault `malformed`. */
export function assertPacked(packed: unknown): asserts packed is PackedRecord {
  if (!Array.isArray(packed)) throw new RpcFault("malformed", "a record is a list");
  const [key, value, timestampMs] = packed as readonly unknown[];
  if (!(value instanceof Uint8Array) || !(key === null || key instanceof Uint8Array)) {
    throw new RpcFault("malformed", "a record has bytes as value, and bytes or null as key");
  }
  if (!Number.isSafeInteger(timestampMs)) throw new RpcFault("malformed", "a record has a whole number as timestamp");
}

/** `[offset, packed record]`. */
export function unpackFetched(packed: unknown): FetchedRecord {
  const [offset, record] = Array.isArray(packed) ? (packed as readonly unknown[]) : [];
  return { offset: new Body({ offset }).whole("offset"), ...unpackRecord(record) };
}
