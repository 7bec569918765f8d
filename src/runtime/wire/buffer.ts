import { decode, encode } from "../../rpc/codec.ts";

/**
 * What travels from one subtask to another: buffers of records, and events between them. It owns the words and the
 * bytes of the events; records are in record-buffer.ts, channels in task/.
 *
 * The kind stands in the frame's method (`data.barrier`), so that a fault can be aimed at barriers.
 */
export type BufferKind =
  /** Records and watermarks. */
  | "records"
  | "barrier"
  /** The producer has emitted its last record; barriers may follow. */
  | "end-of-data"
  /** Nothing follows. */
  | "end-of-channel";

export interface Barrier {
  readonly checkpoint: number;
  readonly timestampMs: number;
}

export interface ChannelEnd {
  /**
   * A checkpoint of which the producer knows that it is complete, 0 for none: the consumer learns it here even when
   * its own notification was lost.
   */
  readonly completed: number;
}

export function encodeBarrier(barrier: Barrier): Uint8Array {
  return encode({ checkpoint: barrier.checkpoint, timestampMs: barrier.timestampMs });
}

export function decodeBarrier(payload: Uint8Array): Barrier {
  const { checkpoint, timestampMs } = fieldsOf(payload);
  return { checkpoint: wholeNumber("checkpoint", checkpoint), timestampMs: wholeNumber("timestampMs", timestampMs) };
}

export function encodeChannelEnd(end: ChannelEnd): Uint8Array {
  return encode({ completed: end.completed });
}

export function decodeChannelEnd(payload: Uint8Array): ChannelEnd {
  return { completed: wholeNumber("completed", fieldsOf(payload)["completed"]) };
}

/** What is on the wire is not what was agreed: the channel cannot be trusted any further. */
export class WireError extends Error {
  override readonly name = "WireError";
}

export function fieldsOf(payload: Uint8Array): Readonly<Record<string, unknown>> {
  const fields = decode(payload);
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new WireError("an object was expected");
  return fields as Record<string, unknown>;
}

export function wholeNumber(field: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new WireError(`${field} must be a whole number, not ${String(value)}`);
  return value;
}
