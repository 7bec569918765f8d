/**
 * A rolling 64-bit hash over whole numbers, in two 32-bit lanes (murmur3's body with two seeds). It owns the arithmetic
 * only; what is folded is the journal's business. Not cryptographic: it tells histories apart, it defends nothing.
 */
export class Digest {
  #high = 0x2545f491;
  #low = 0x9e3779b1;

  fold(value: number): void {
    let k = Math.imul(value | 0, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    const high = this.#high ^ k;
    this.#high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
    const low = this.#low ^ k;
    this.#low = (Math.imul((low << 11) | (low >>> 21), 9) + 0x38495ab5) | 0;
  }

  /** Folds a whole number beyond 32 bits, such as an instant in microseconds. */
  foldWide(value: number): void {
    this.fold(value);
    this.fold(Math.floor(value / 2 ** 32));
  }

  /** Folds one happening; the same as four folds, with both lanes kept in registers: every port call comes by here. */
  foldHappening(kind: number, atUs: number, owner: number, content: number): void {
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < 5; i++) {
      const word = i === 0 ? kind : i === 1 ? atUs : i === 2 ? Math.floor(atUs / 2 ** 32) : i === 3 ? owner : content;
      let k = Math.imul(word | 0, 0xcc9e2d51);
      k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      high ^= k;
      high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
      low ^= k;
      low = (Math.imul((low << 11) | (low >>> 21), 9) + 0x38495ab5) | 0;
    }
    this.#high = high;
    this.#low = low;
  }

  foldBytes(bytes: Uint8Array): void {
    let hash = 0x811c9dc5;
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    this.fold(bytes.length);
    this.fold(hash);
  }

  foldText(text: string): void {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    this.fold(text.length);
    this.fold(hash);
  }

  /** 16 hexadecimal digits. */
  get hex(): string {
    return (this.#high >>> 0).toString(16).padStart(8, "0") + (this.#low >>> 0).toString(16).padStart(8, "0");
  }
}
