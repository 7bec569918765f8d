/**
 * What one injected fault has done to its device so far: the device counts, the world's ledger reads. A fault with a
 * count of 0 has changed nothing, and the run would have been the same without it.
 */
export class Effect {
  #count = 0;
  #firstAtUs: number | undefined;
  #lastAtUs: number | undefined;
  #note = "";

  get count(): number {
    return this.#count;
  }

  get firstAtUs(): number | undefined {
    return this.#firstAtUs;
  }

  get lastAtUs(): number | undefined {
    return this.#lastAtUs;
  }

  /** What it did first, for a reader: "EIO for tm0's sync of /state/3". */
  get note(): string {
    return this.#note;
  }

  happened(atUs: number, note: () => string): void {
    if (this.#count === 0) {
      this.#firstAtUs = atUs;
      this.#note = note();
    }
    this.#count++;
    this.#lastAtUs = atUs;
  }
}
