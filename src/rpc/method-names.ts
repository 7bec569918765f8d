/**
 * The texts of method names, by their bytes. There are few names and many frames: the same bytes give the same string
 * object, which is about ten times as cheap as making one, and as cheap again when a handler is looked up by it.
 *
 * A cache and nothing else: what it holds never shows in a result.
 */
export class MethodNames {
  readonly #slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

  read(bytes: Uint8Array, from: number, to: number): string {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && spells(known, bytes, from, to)) return known;
    const name = String.fromCharCode(...bytes.subarray(from, to));
    this.#slots[slot] = name;
    return name;
  }
}

function spells(name: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** A power of two, several times the number of methods there are. */
const SLOTS = 256;
