import { ValueDecoder } from "./value-decoder.ts";
import { ValueEncoder } from "./value-encoder.ts";

/**
 * Plain data as bytes: MessagePack, by json-pack (half the cost of @msgpack/msgpack on records of six fields, both
 * ways). Stateless: the bytes depend on the value alone, so that a new process reads what an old one wrote.
 *
 * Carried exactly: null, booleans, numbers (−0, NaN and infinities too), well-formed strings, bigints of any size,
 * Uint8Array, arrays, plain objects in their field order. A field whose value is undefined is left out, as in JSON.
 * Everything else is refused by name and path with a {@link CodecError}; so are bytes that are not a value.
 */
export function encode(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** Byte arrays in the result are views into `bytes`. */
export function decode(bytes: Uint8Array): unknown {
  return decoder.decode(bytes);
}

const encoder = new ValueEncoder();
const decoder = new ValueDecoder();
