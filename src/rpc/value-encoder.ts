import { MsgPackEncoderFast } from "@jsonjoy.com/json-pack/lib/msgpack/MsgPackEncoderFast.js";
import { CodecError } from "./codec-error.ts";

/**
 * json-pack's MessagePack writer, held to what codec.ts promises. It owns the refusals, −0, the one NaN, and bigints;
 * the format itself is the library's.
 *
 * Results are slices of a slab that is never written twice, unless the owner rewinds the writer (frame.ts does).
 */
export class ValueEncoder extends MsgPackEncoderFast {
  #depth = 0;

  override encode(value: unknown): Uint8Array {
    this.writer.reset();
    this.append(value);
    return this.writer.flush();
  }

  /** Writes the value behind what the writer holds already. */
  append(value: unknown): void {
    this.#depth = 0;
    try {
      this.writeAny(value);
    } catch (error) {
      throw error instanceof Refusal ? new CodecError(error.reason, error.path.reverse()) : error;
    }
  }

  override writeAny(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.writeStr(value);
      case "number":
        return this.writeNumber(value);
      case "boolean":
        return this.writeBoolean(value);
      case "object":
        if (value === null) return this.writeNull();
        if (Array.isArray(value)) return this.writeArr(value);
        if (value instanceof Uint8Array) return this.writeBin(value);
        return this.writeObj(value as Record<string, unknown>);
      case "bigint":
        return this.#writeBigint(value);
      case "undefined":
      case "function":
      case "symbol":
        throw new Refusal(`${typeof value} cannot be carried`);
    }
  }

  override writeNumber(value: number): void {
    if (value >>> 0 === value && !Object.is(value, -0)) this.u32(value);
    else if (value >> 0 === value && value !== 0) this.n32(value);
    else if (value === value) this.writeFloat(value);
    else this.writer.buf(canonicalNan, canonicalNan.length);
  }

  override writeStr(text: string): void {
    if (text.length < 64 && this.#writeShortAscii(text)) return;
    const { writer } = this;
    const before = writer.x;
    super.writeStr(text);
    // The writer may have moved to a new slab; then its positions say nothing, and the text is looked at.
    const written = writer.x - before;
    if ((written < 0 || written > text.length + headerBytes(text)) && hasLoneSurrogate(text)) {
      throw new Refusal("a string with a lone surrogate cannot be carried");
    }
  }

  override writeArr(items: readonly unknown[]): void {
    this.#enter();
    this.writeArrHdr(items.length);
    let i = 0;
    try {
      for (; i < items.length; i++) this.writeAny(items[i]);
    } catch (error) {
      throw refusedAt(error, i);
    }
    this.#depth--;
  }

  override writeObj(fields: Readonly<Record<string, unknown>>): void {
    if (!isPlain(fields)) throw new Refusal(`${classOf(fields)} cannot be carried`);
    this.#enter();
    const { writer } = this;
    // Which fields there are is found as they are written, and each is read once: the header is corrected behind them.
    // A plain object's chain has nothing to enumerate, and for-in allocates no list of names.
    const headerAt = writer.x - writer.x0;
    this.writeObjHdr(0);
    let present = 0;
    let at = "";
    try {
      for (const key in fields) {
        at = key;
        const value = fields[key];
        if (value === undefined) continue;
        if (key === "__proto__") throw new Refusal("this name cannot be carried");
        present++;
        this.writeStr(key);
        this.writeAny(value);
      }
    } catch (error) {
      throw refusedAt(error, at);
    }
    if (present > 0) this.#correctObjHdr(headerAt, present);
    this.#depth--;
  }

  /** Where the writer began may have moved with it to a larger slab; the distance from there has not. */
  #correctObjHdr(headerAt: number, present: number): void {
    const { writer } = this;
    const longerBy = objHdrBytes(present) - 1;
    if (longerBy > 0) writer.ensureCapacity(longerBy);
    const at = writer.x0 + headerAt;
    const end = writer.x;
    if (longerBy > 0) writer.uint8.copyWithin(at + 1 + longerBy, at + 1, end);
    writer.x = at;
    this.writeObjHdr(present);
    writer.x = end + longerBy;
  }

  /**
   * The bytes that the library would write, without its call into native code, which costs as much as 30 characters here.
   * False, and nothing is written, at the first character that is not ASCII.
   */
  #writeShortAscii(text: string): boolean {
    const { writer } = this;
    const { length } = text;
    writer.ensureCapacity(2 + length);
    const { uint8 } = writer;
    let at = writer.x;
    if (length < 8) uint8[at++] = FIXSTR | length;
    else {
      uint8[at++] = STR_8;
      uint8[at++] = length;
    }
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      uint8[at++] = unit;
    }
    writer.x = at;
    return true;
  }

  #enter(): void {
    if (++this.#depth > DEPTH_MAX) throw new Refusal(`deeper than ${DEPTH_MAX} levels (a cycle?)`);
  }

  #writeBigint(value: bigint): void {
    const digits = value.toString();
    this.encodeExtHeader(BIGINT_EXTENSION, digits.length);
    this.writer.ascii(digits);
  }
}

/** MessagePack extension type of bigints; their payload is decimal digits in ASCII, behind a minus where negative. */
export const BIGINT_EXTENSION = 1;

export const DEPTH_MAX = 100;

/** Tags of texts: of up to 31 bytes with the length in the tag, and of up to 255 with a length behind it. */
export const FIXSTR = 0xa0;
export const STR_8 = 0xd9;

/** NaN has many bit patterns and processors differ in which they make; one is written. */
const canonicalNan = Uint8Array.of(0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0);

class Refusal extends Error {
  readonly reason: string;
  /** Innermost step first. */
  readonly path: (string | number)[] = [];
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

function refusedAt(error: unknown, step: string | number): unknown {
  if (error instanceof Refusal) error.path.push(step);
  return error;
}

/** A plain object's prototype is the end of its chain; that also holds for objects of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): string {
  const name: unknown = (value as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? `a ${name}` : "an object with a prototype of its own";
}

/** What MessagePack takes to say how many fields follow. */
function objHdrBytes(fields: number): number {
  return fields < 16 ? 1 : fields < 0x1_0000 ? 3 : 5;
}

/** What json-pack writes before a text, which it chooses by the most that the text could take. */
function headerBytes(text: string): number {
  return text.length < 8 ? 1 : text.length < 64 ? 2 : text.length < 16_384 ? 3 : 5;
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
