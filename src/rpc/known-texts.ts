/**
 * Texts by their bytes. The same few (names of methods and fields, ids, paths) come again and again: the same bytes give
 * the same string object, which is about ten times as cheap as making one, and as cheap again when it is looked up.
 *
 * A cache and nothing else: what it holds never shows in a result. It is asked twice: by a few of the bytes, which tell
 * most names apart, then by all of them.
 */
export class KnownTexts {
  readonly #mask: number;
  readonly #bySample: Slots;
  readonly #byHash: Slots;

  /** `slots` is a power of two, several times the number of texts that are common. */
  constructor(slots: number) {
    this.#mask = slots - 1;
    this.#bySample = new Slots(slots);
    this.#byHash = new Slots(slots);
  }

  /** Undefined when the bytes are not ASCII. Of more than {@link KNOWN_TEXT_BYTES_MAX} none is kept. */
  read(bytes: Uint8Array, from: number, to: number): string | undefined {
    const length = to - from;
    if (length === 0) return "";
    if (length > KNOWN_TEXT_BYTES_MAX) return asciiText(bytes.subarray(from, to));
    const sample =
      (Math.imul(bytes[from]!, 0x9e5) +
        Math.imul(bytes[to - 1]!, 0x1f1) +
        Math.imul(bytes[from + (length >> 1)]!, 0x35) +
        length) &
      this.#mask;
    return this.#bySample.find(sample, bytes, from, length) ?? this.#otherwise(sample, bytes, from, to);
  }

  #otherwise(sample: number, bytes: Uint8Array, from: number, to: number): string | undefined {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
    let text = this.#byHash.find(slot, bytes, from, to - from);
    if (text === undefined) {
      const made = asciiText(bytes.subarray(from, to));
      if (made === undefined) return undefined;
      text = internal(made);
      this.#byHash.put(slot, bytes, from, text);
    }
    this.#bySample.put(sample, bytes, from, text);
    return text;
  }
}

/** Names of fields, vertices and topics, ids, short paths. */
export const KNOWN_TEXT_BYTES_MAX = 48;

/** Texts beside their bytes: bytes are compared with bytes. */
class Slots {
  readonly #texts: string[];
  readonly #bytes: Uint8Array;

  constructor(slots: number) {
    this.#texts = new Array<string>(slots).fill("");
    this.#bytes = new Uint8Array(slots * KNOWN_TEXT_BYTES_MAX);
  }

  find(slot: number, bytes: Uint8Array, from: number, length: number): string | undefined {
    const text = this.#texts[slot]!;
    if (text.length !== length) return undefined;
    const known = this.#bytes;
    const at = slot * KNOWN_TEXT_BYTES_MAX;
    for (let i = 0; i < length; i++) if (known[at + i] !== bytes[from + i]) return undefined;
    return text;
  }

  put(slot: number, bytes: Uint8Array, from: number, text: string): void {
    this.#texts[slot] = text;
    const at = slot * KNOWN_TEXT_BYTES_MAX;
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = bytes[from + i]!;
  }
}

function asciiText(bytes: Uint8Array): string | undefined {
  return bytes.some(byte => byte > 0x7f) ? undefined : String.fromCharCode(...bytes);
}

/** The engine's own copy of the text, by which it finds a field at once: any other it has to look up first. */
function internal(text: string): string {
  for (const name in { [text]: 0 }) return name;
  return text;
}
