import { crc32c } from "./crc32c.ts";
import { ValueEncoder } from "./value-encoder.ts";

/**
 * One message on a byte stream. It owns the layout; who sends what is rpc-client.ts and rpc-server.ts.
 *
 *     u32 length of the rest | u32 CRC32C of the length | u32 CRC32C of the rest
 *     the rest: u8 type | u32 call | u8 length of the method | method, ASCII | body
 *
 * Big-endian. The length has a checksum of its own (as in TFRecord), so that a flipped bit in it is found at once and
 * does not leave the receiver waiting for bytes that nobody sends. Frames are read in frame-reader.ts.
 */
export interface Frame {
  readonly type: FrameType;
  /** Ties a reply or fault to its request; 0 is a request that wants no reply. For data frames, the sender's business. */
  readonly call: number;
  readonly method: string;
  /** A view into what was received: an encoded value (codec.ts), or for `data` the sender's own bytes. */
  readonly body: Uint8Array;
}

export type FrameType = "request" | "reply" | "fault" | "data";

/** By their code on the wire. */
export const frameTypes: readonly FrameType[] = ["request", "reply", "fault", "data"];

export const FRAME_PREFIX_BYTES = 12;

/** Larger ones are taken for corruption. 64 MiB holds the largest state file that is put in one piece. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** A frame with an encoded value. The result is valid until the next frame is encoded: write it, or copy it. */
export function encodeFrame(type: FrameType, call: number, method: string, body: unknown): Uint8Array {
  beginFrame(type, call, method);
  encoder.append(body);
  return endFrame();
}

/** A frame with bytes of the sender's own format; as short-lived as the other. */
export function encodeDataFrame(method: string, call: number, payload: Uint8Array): Uint8Array {
  beginFrame("data", call, method);
  encoder.writer.buf(payload, payload.length);
  return endFrame();
}

/** Its writer is rewound for every frame: connections copy what they are given. */
const encoder = new ValueEncoder();

function beginFrame(type: FrameType, call: number, method: string): void {
  const { writer } = encoder;
  writer.x0 = 0;
  writer.x = 0;
  writer.ensureCapacity(FRAME_PREFIX_BYTES + 6 + method.length);
  writer.x = FRAME_PREFIX_BYTES;
  writer.u8(frameTypes.indexOf(type));
  writer.u32(call);
  writer.u8(method.length);
  writer.ascii(method);
}

function endFrame(): Uint8Array {
  const { writer } = encoder;
  const frame = writer.uint8.subarray(0, writer.x);
  const length = frame.length - FRAME_PREFIX_BYTES;
  if (length > FRAME_BYTES_MAX)
    throw new RangeError(`A frame of ${length} bytes; at most ${FRAME_BYTES_MAX} are carried.`);
  writer.view.setUint32(0, length);
  writer.view.setUint32(4, crc32c(frame, 0, 0, 4));
  writer.view.setUint32(8, crc32c(frame, 0, FRAME_PREFIX_BYTES));
  return frame;
}
