/** A first-in, first-out queue in a ring that grows by doubling: taking and adding allocate nothing. */
export class Fifo<T> {
  #items: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    return item;
  }

  first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Puts another item where the first one is; the queue must not be empty. */
  replaceFirst(item: T): void {
    this.#items[this.#head] = item;
  }

  last(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#lastIndex];
  }

  replaceLast(item: T): void {
    this.#items[this.#lastIndex] = item;
  }

  /** Keeps the first `length` items and drops the rest. */
  truncate(length: number): void {
    while (this.#length > length) {
      this.#items[this.#lastIndex] = undefined;
      this.#length--;
    }
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#items[(this.#head + i) & (this.#items.length - 1)]!;
  }

  get #lastIndex(): number {
    return (this.#head + this.#length - 1) & (this.#items.length - 1);
  }

  #grow(): void {
    const items: (T | undefined)[] = [...this];
    for (let room = items.length; room > 0; room--) items.push(undefined);
    this.#items = items;
    this.#head = 0;
  }
}
