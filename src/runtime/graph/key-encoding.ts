import type { Key } from "../api/key.ts";
import { murmur3 } from "./murmur3.ts";

/**
 * The canonical bytes of keys, and their hash. One key has one encoding in every process and version; two different
 * keys never share one. Checkpoints and partitioning depend on it for ever: the test freezes it in vectors.
 *
 *     0x01 u32 length, UTF-8          string (well-formed)
 *     0x02 i64, big-endian            safe integer; −0 is 0
 *     0x03 u32 length, ASCII decimal  bigint (1n is not the key 1)
 *     0x04 / 0x05                     false / true
 *     0x06 u32 count, keys            tuple
 */
export function encodeKey(key: Key): Uint8Array {
  return scratch.bytes.slice(0, write(key, 0));
}

/** murmur3-32 of the canonical bytes, without making them. */
export function hashKey(key: Key): number {
  return murmur3(scratch.bytes, write(key, 0));
}

/**
 * What stands for the key in a `Map`: the key itself where JavaScript compares by value, else its bytes as text behind
 * a lone surrogate, which no well-formed string key can begin with.
 */
export function mapKey(key: Key): string | number | bigint | boolean {
  if (typeof key !== "object") return key;
  let text = "\ud800";
  const end = write(key, 0);
  for (let i = 0; i < end; i++) text += String.fromCharCode(scratch.bytes[i]!);
  return text;
}

/** Reused for every key; it grows and is never handed out. */
const scratch = { bytes: new Uint8Array(256) };

function write(key: Key, at: number): number {
  switch (typeof key) {
    case "string":
      return writeString(key, at);
    case "number":
      return writeInteger(key, at);
    case "bigint":
      return writeAscii(0x03, key.toString(), at);
    case "boolean":
      reserve(at + 1);
      scratch.bytes[at] = key ? 0x05 : 0x04;
      return at + 1;
    default:
      return writeTuple(key, at);
  }
}

function writeString(text: string, at: number): number {
  // Three bytes a UTF-16 unit are the most that UTF-8 takes.
  reserve(at + 5 + 3 * text.length);
  const { bytes } = scratch;
  let end = at + 5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[end++] = unit;
      continue;
    }
    if (/\p{Surrogate}/u.test(text)) throw keyError(text, "it has a lone surrogate");
    end = at + 5 + utf8.encodeInto(text, bytes.subarray(at + 5)).written;
    break;
  }
  bytes[at] = 0x01;
  writeUint32(end - at - 5, at + 1);
  return end;
}

function writeInteger(value: number, at: number): number {
  if (!Number.isSafeInteger(value)) throw keyError(value, "it is not a safe integer");
  reserve(at + 9);
  scratch.bytes[at] = 0x02;
  // Two's complement in two halves; floor keeps the low half non-negative.
  const high = Math.floor(value / 2 ** 32);
  writeUint32(high, at + 1);
  writeUint32(value - high * 2 ** 32, at + 5);
  return at + 9;
}

function writeAscii(tag: number, text: string, at: number): number {
  reserve(at + 5 + text.length);
  scratch.bytes[at] = tag;
  writeUint32(text.length, at + 1);
  for (let i = 0; i < text.length; i++) scratch.bytes[at + 5 + i] = text.charCodeAt(i);
  return at + 5 + text.length;
}

function writeTuple(items: readonly Key[], at: number): number {
  if (!Array.isArray(items))
    throw keyError(
      items,
      items === undefined ? "the key selector gave nothing" : "it is neither a tuple nor a plain value",
    );
  reserve(at + 5);
  scratch.bytes[at] = 0x06;
  writeUint32(items.length, at + 1);
  let end = at + 5;
  for (const item of items) end = write(item, end);
  return end;
}

function writeUint32(value: number, at: number): void {
  const { bytes } = scratch;
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function reserve(length: number): void {
  if (length <= scratch.bytes.length) return;
  const grown = new Uint8Array(Math.max(length, 2 * scratch.bytes.length));
  grown.set(scratch.bytes);
  scratch.bytes = grown;
}

function keyError(key: unknown, because: string): Error {
  return new Error(
    `${String(key)} cannot be a key: ${because}. Keys are strings, safe integers, bigints, booleans and tuples of these.`,
  );
}

const utf8 = new TextEncoder();
