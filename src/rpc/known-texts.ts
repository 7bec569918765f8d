/**
 * Texts by their bytes. The same few (names of methods and fields, ids, paths) come again and again: the same bytes give
 * the same string object, which is about ten times as cheap as making one, and as cheap again when it is looked up.
 *
 * A cache and nothing else: what it holds never shows in a result.
 */
export class KnownTexts {
  readonly #slots: (string | undefined)[];

  /** `slots` is a power of two, several times the number of texts that are common. */
  constructor(slots: number) {
    this.#slots = new Array<string | undefined>(slots).fill(undefined);
  }

  /** Undefined when the bytes are not ASCII. */
  read(bytes: Uint8Array, from: number, to: number): string | undefined {
    let hash = to - from;
    let all = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      all |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (all > 0x7f) return undefined;
    const slot = (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
    const known = this.#slots[slot];
    if (known !== undefined && spells(known, bytes, from, to)) return known;
    const text = internal(String.fromCharCode(...bytes.subarray(from, to)));
    this.#slots[slot] = text;
    return text;
  }
}

/** The engine's own copy of the text, by which it finds a field at once: any other it has to look up first. */
function internal(text: string): string {
  for (const name in { [text]: 0 }) return name;
  return text;
}

function spells(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}
