import type { Key } from "../api/key.ts";
import { encodeKey } from "../graph/key-encoding.ts";

/**
 * Timers by instant, equal instants by the canonical bytes of their keys: the order in which timers fire does not depend
 * on the order in which they were registered or restored (ST-4).
 */
export class TimerHeap {
  readonly #heap: KeyedTimer[] = [];

  get earliest(): KeyedTimer | undefined {
    return this.#heap[0];
  }

  add(timer: KeyedTimer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  removeEarliest(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

export interface KeyedTimer {
  readonly atMs: number;
  readonly key: Key;
}

function before(a: KeyedTimer, b: KeyedTimer): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  const left = encodeKey(a.key);
  const right = encodeKey(b.key);
  for (let i = 0; i < left.length && i < right.length; i++) if (left[i] !== right[i]) return left[i]! < right[i]!;
  return left.length < right.length;
}
