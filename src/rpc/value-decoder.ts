import type { JsonPackExtension } from "@jsonjoy.com/json-pack/lib/JsonPackExtension.js";
import { MsgPackDecoderFast } from "@jsonjoy.com/json-pack/lib/msgpack/MsgPackDecoderFast.js";
import { CodecError } from "./codec-error.ts";
import { KnownTexts, KNOWN_TEXT_BYTES_MAX } from "./known-texts.ts";
import { BIGINT_EXTENSION, DEPTH_MAX, STR_8 } from "./value-encoder.ts";

/**
 * json-pack's MessagePack reader, made safe for bytes from a wire or a disk: what is cut short, too long, too deep or
 * not of the format is refused with a {@link CodecError}, in time and memory bounded by the bytes.
 */
export class ValueDecoder extends MsgPackDecoderFast<LibraryReader> {
  #depth = 0;
  #end = 0;

  override decode(bytes: Uint8Array): unknown {
    const { reader } = this;
    const from = bytes.byteOffset;
    this.#depth = 0;
    this.#end = from + bytes.length;
    // What is received lies in a few large buffers, and a view costs more than a small value: it is made once for each.
    // It is plain, too: Node's own Buffer would make every byte array inside a Buffer.
    if (reader.uint8.buffer !== bytes.buffer) reader.reset(new Uint8Array(bytes.buffer));
    reader.x = from;
    let value: unknown;
    try {
      value = this.readAny();
    } catch (error) {
      throw error instanceof CodecError ? error : new CodecError("not a value: malformed bytes");
    }
    if (value === undefined) throw new CodecError("not a value: an unknown tag, or no bytes at all");
    if (reader.x !== this.#end)
      throw new CodecError(`not a value: ${bytes.length} bytes, of which it takes ${reader.x - from}`);
    return value;
  }

  /** What messages are made of is read here: small numbers, short texts, objects, lists. The library reads everything else. */
  override readAny(): unknown {
    const { reader } = this;
    const { uint8, x } = reader;
    const tag = uint8[x]!;
    if (tag < 0x80) {
      reader.x = x + 1;
      return tag;
    }
    if (tag < 0x90) {
      reader.x = x + 1;
      return this.obj(tag & 0x0f);
    }
    if (tag < 0xa0) {
      reader.x = x + 1;
      return this.arr(tag & 0x0f);
    }
    if (tag < 0xc0) return this.#text(x + 1, tag & 0x1f) ?? super.readAny();
    if (tag === STR_8) return this.#text(x + 2, uint8[x + 1]!) ?? super.readAny();
    const lengthBytes = LENGTH_BYTES[tag]!;
    if (lengthBytes > 0) this.#within(x + 1 + lengthBytes + bigEndian(uint8, x + 1, lengthBytes));
    return super.readAny();
  }

  protected override obj(size: number): object {
    this.#enter(2 * size);
    const { reader } = this;
    const fields: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      if (!isStringTag(reader.uint8[reader.x])) throw new CodecError("not a value: a field without a name");
      const key = this.readAny() as string;
      const value = this.readAny();
      if (value === undefined || key === "__proto__")
        throw new CodecError("not a value: a field that is never written");
      fields[key] = value;
    }
    this.#depth--;
    return fields;
  }

  protected override arr(size: number): unknown[] {
    this.#enter(size);
    const items: unknown[] = [];
    for (let i = 0; i < size; i++) {
      const item = this.readAny();
      if (item === undefined) throw new CodecError("not a value: an unknown tag");
      items.push(item);
    }
    this.#depth--;
    return items;
  }

  /** The library's type speaks of its own extension object; bigints are the only extension here. */
  protected override ext(size: number): JsonPackExtension {
    const { reader } = this;
    const type = reader.u8();
    this.#within(reader.x + size);
    const digits = String.fromCharCode(...reader.buf(size));
    if (type !== BIGINT_EXTENSION || !/^-?[0-9]+$/.test(digits)) throw new CodecError(`not a value: extension ${type}`);
    return BigInt(digits) as unknown as JsonPackExtension;
  }

  /** Takes the text when it is short, whole and ASCII. */
  #text(from: number, length: number): string | undefined {
    const to = from + length;
    this.#within(to);
    if (length > KNOWN_TEXT_BYTES_MAX) return undefined;
    const text = texts.read(this.reader.uint8, from, to);
    if (text !== undefined) this.reader.x = to;
    return text;
  }

  #enter(bytesMin: number): void {
    if (++this.#depth > DEPTH_MAX) throw new CodecError(`deeper than ${DEPTH_MAX} levels`);
    this.#within(this.reader.x + bytesMin);
  }

  /** What lies behind the end belongs to other messages. A length is looked at before anything of its content is. */
  #within(to: number): void {
    if (to > this.#end) throw new CodecError("not a value: cut short");
  }
}

const texts = new KnownTexts(4096);
/** By tag: how many bytes the length of a byte array or of a long text has. */
const LENGTH_BYTES = new Uint8Array(256);
for (const [tag, count] of [
  [0xc4, 1],
  [0xc5, 2],
  [0xc6, 4],
  [0xda, 2],
  [0xdb, 4],
] as const)
  LENGTH_BYTES[tag] = count;

function bigEndian(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

type LibraryReader = NonNullable<ConstructorParameters<typeof MsgPackDecoderFast>[0]>;

function isStringTag(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0xa0 && byte <= 0xbf) || (byte >= 0xd9 && byte <= 0xdb));
}
