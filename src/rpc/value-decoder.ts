import type { JsonPackExtension } from "@jsonjoy.com/json-pack/lib/JsonPackExtension.js";
import { MsgPackDecoderFast } from "@jsonjoy.com/json-pack/lib/msgpack/MsgPackDecoderFast.js";
import { CodecError } from "./codec-error.ts";
import { BIGINT_EXTENSION, DEPTH_MAX } from "./value-encoder.ts";

/**
 * json-pack's MessagePack reader, made safe for bytes from a wire or a disk: what is cut short, too long, too deep or
 * not of the format is refused with a {@link CodecError}, in time and memory bounded by the bytes.
 */
export class ValueDecoder extends MsgPackDecoderFast<LibraryReader> {
  #depth = 0;
  #end = 0;

  override decode(bytes: Uint8Array): unknown {
    // Node's own Buffer would make every byte array inside a Buffer too.
    const plain =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#depth = 0;
    this.#end = plain.length;
    this.reader.reset(plain);
    let value: unknown;
    try {
      value = this.readAny();
    } catch (error) {
      throw error instanceof CodecError ? error : new CodecError("not a value: malformed bytes");
    }
    if (value === undefined) throw new CodecError("not a value: an unknown tag, or no bytes at all");
    if (this.reader.x !== this.#end)
      throw new CodecError(`not a value: ${this.#end} bytes, of which it takes ${this.reader.x}`);
    return value;
  }

  protected override obj(size: number): object {
    this.#enter(2 * size);
    const fields: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      if (!isStringTag(this.reader.uint8[this.reader.x])) throw new CodecError("not a value: a field without a name");
      const key = this.key();
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
    const items = super.arr(size);
    this.#depth--;
    if (items.includes(undefined)) throw new CodecError("not a value: an unknown tag");
    return items;
  }

  /** The library's type speaks of its own extension object; bigints are the only extension here. */
  protected override ext(size: number): JsonPackExtension {
    const { reader } = this;
    const type = reader.u8();
    const digits = String.fromCharCode(...reader.buf(size));
    if (type !== BIGINT_EXTENSION || !/^-?[0-9]+$/.test(digits)) throw new CodecError(`not a value: extension ${type}`);
    return BigInt(digits) as unknown as JsonPackExtension;
  }

  #enter(bytesMin: number): void {
    if (++this.#depth > DEPTH_MAX) throw new CodecError(`deeper than ${DEPTH_MAX} levels`);
    if (bytesMin > this.#end - this.reader.x) throw new CodecError("not a value: cut short");
  }
}

type LibraryReader = NonNullable<ConstructorParameters<typeof MsgPackDecoderFast>[0]>;

function isStringTag(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0xa0 && byte <= 0xbf) || (byte >= 0xd9 && byte <= 0xdb));
}
