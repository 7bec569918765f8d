import type { Key } from "../api/key.ts";

/** From a record to what stands in the log. Both must be pure. */
export interface LogFormat<T> {
  readonly key: ((record: T) => Key) | undefined;
  readonly encode: (record: T) => Uint8Array;
}

/** From what stands in the log to a record. Must be pure. */
export type LogDecoder<T> = (value: Uint8Array, record: LogRecordHead) => T;

export interface LogRecordHead {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly timestampMs: number;
}
