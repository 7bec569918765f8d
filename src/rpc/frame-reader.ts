import { crc32c } from "./crc32c.ts";
import { FRAME_BYTES_MAX, FRAME_PREFIX_BYTES, frameTypes, type Frame } from "./frame.ts";
import { KnownTexts } from "./known-texts.ts";

/**
 * Cuts one direction of one connection into frames, whatever the chunks. It owns what has arrived of the next frame.
 *
 * A frame is delivered whole and verified, or never: the first that does not verify ends the stream, and the
 * owner resets the connection.
 */
export class FrameReader {
  #kept: Uint8Array = nothing;
  /** Pieces of the next frame behind `#kept`, joined once it is whole, so that a large frame is copied once. */
  #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #bytesWanted = FRAME_PREFIX_BYTES;
  #corrupt = false;

  /** Delivers the frames that the chunk completes. False: the stream is corrupt, nothing more is delivered. */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void): boolean {
    if (this.#corrupt) return false;
    let bytes = chunk;
    if (this.#kept.length > 0) {
      this.#pieces.push(chunk);
      this.#piecesBytes += chunk.length;
      if (this.#kept.length + this.#piecesBytes < this.#bytesWanted) return true;
      bytes = this.#join();
    }
    let from = 0;
    for (;;) {
      const end = frameEnd(bytes, from);
      if (end === undefined) return this.#fail();
      this.#bytesWanted = end - from;
      if (end > bytes.length) break;
      const frame = readFrame(bytes, from, end);
      if (frame === undefined) return this.#fail();
      from = end;
      deliver(frame);
    }
    this.#kept = from === 0 ? bytes : from === bytes.length ? nothing : bytes.subarray(from);
    return true;
  }

  #join(): Uint8Array {
    const bytes = new Uint8Array(this.#kept.length + this.#piecesBytes);
    bytes.set(this.#kept);
    let at = this.#kept.length;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#kept = nothing;
    this.#pieces = [];
    this.#piecesBytes = 0;
    return bytes;
  }

  #fail(): false {
    this.#corrupt = true;
    this.#kept = nothing;
    this.#pieces = [];
    return false;
  }
}

const nothing = new Uint8Array(0);

/** Where the frame ends, or where its prefix would while that is not whole; undefined when the prefix does not verify. */
function frameEnd(bytes: Uint8Array, from: number): number | undefined {
  const prefixEnd = from + FRAME_PREFIX_BYTES;
  if (bytes.length < prefixEnd) return prefixEnd;
  const length = readUint32(bytes, from);
  if (crc32c(bytes, 0, from, from + 4) !== readUint32(bytes, from + 4)) return undefined;
  return length < HEADER_BYTES_MIN || length > FRAME_BYTES_MAX ? undefined : prefixEnd + length;
}

function readFrame(bytes: Uint8Array, from: number, end: number): Frame | undefined {
  const known = lastChunk.find(bytes, from);
  if (known !== undefined) return known;
  const start = from + FRAME_PREFIX_BYTES;
  if (crc32c(bytes, 0, start, end) !== readUint32(bytes, from + 8)) return undefined;
  const type = frameTypes[bytes[start]!];
  const methodStart = start + HEADER_BYTES_MIN;
  const bodyStart = methodStart + bytes[methodStart - 1]!;
  if (type === undefined || bodyStart > end) return undefined;
  const method = methods.read(bytes, methodStart, bodyStart);
  if (method === undefined) return undefined;
  const frame = { type, call: readUint32(bytes, start + 1), method, body: bytes.subarray(bodyStart, end) };
  lastChunk.put(bytes, from, frame);
  return frame;
}

/**
 * The frames of the chunk that was read last. Who watches a connection reads each chunk just before the process that it
 * is for, and what the bytes say does not depend on the reader: the second finds what the first has verified.
 */
class LastChunk {
  #bytes: Uint8Array = nothing;
  readonly #froms: number[] = [];
  readonly #frames: Frame[] = [];
  /** The lists keep their length from chunk to chunk. */
  #count = 0;

  find(bytes: Uint8Array, from: number): Frame | undefined {
    if (bytes !== this.#bytes) return undefined;
    for (let i = 0; i < this.#count; i++) if (this.#froms[i] === from) return this.#frames[i];
    return undefined;
  }

  put(bytes: Uint8Array, from: number, frame: Frame): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#count = 0;
    }
    this.#froms[this.#count] = from;
    this.#frames[this.#count++] = frame;
  }
}

const lastChunk = new LastChunk();

/** Type, call and the length of the method. */
const HEADER_BYTES_MIN = 6;

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

const methods = new KnownTexts(256);
