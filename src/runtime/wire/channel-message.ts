import { encode } from "../../rpc/codec.ts";
import { type BufferKind, fieldsOf, wholeNumber, WireError } from "./buffer.ts";

/**
 * The frames of the data plane, by method. The call number is the channel's number on its connection, which the consumer
 * chose; payloads of `data.request`, `data.refused` and events are encoded plain objects.
 */
export const dataMethods = {
  request: "data.request",
  credit: "data.credit",
  close: "data.close",
  refused: "data.refused",
  buffers: {
    records: "data.records",
    barrier: "data.barrier",
    "end-of-data": "data.end-of-data",
    "end-of-channel": "data.end-of-channel",
  } satisfies Record<BufferKind, `data.${string}`>,
} as const;

export function bufferKindOf(method: string): BufferKind | undefined {
  return kinds.get(method);
}

/** Names both executions, which are unique for ever: an attempt that should be dead finds no partner. */
export interface ChannelRequest {
  readonly edge: string;
  readonly producer: string;
  readonly consumer: string;
  readonly credits: number;
}

export function encodeChannelRequest(request: ChannelRequest): Uint8Array {
  return encode({
    edge: request.edge,
    producer: request.producer,
    consumer: request.consumer,
    credits: request.credits,
  });
}

export function decodeChannelRequest(payload: Uint8Array): ChannelRequest {
  const { edge, producer, consumer, credits } = fieldsOf(payload);
  return {
    edge: text("edge", edge),
    producer: text("producer", producer),
    consumer: text("consumer", consumer),
    credits: wholeNumber("credits", credits),
  };
}

export function encodeCredits(credits: number): Uint8Array {
  return encode({ credits });
}

export function decodeCredits(payload: Uint8Array): number {
  return wholeNumber("credits", fieldsOf(payload)["credits"]);
}

export function encodeRefusal(reason: string): Uint8Array {
  return encode({ reason });
}

export function decodeRefusal(payload: Uint8Array): string {
  return text("reason", fieldsOf(payload)["reason"]);
}

const kinds = new Map<string, BufferKind>(
  (Object.keys(dataMethods.buffers) as BufferKind[]).map(kind => [dataMethods.buffers[kind], kind]),
);

function text(field: string, value: unknown): string {
  if (typeof value !== "string") throw new WireError(`${field} must be a text, not ${typeof value}`);
  return value;
}
