/**
 * The agenda decides which event is next. It owns their order and nothing else: it does not move
 * time (kernel.ts) and does not know what an event means.
 *
 * Order: earlier instant first; equal instants by the seeded tie, then by the order they were asked for.
 *
 * A binary heap over typed arrays: an event is a slot, so that adding and taking one allocates nothing
 * but the caller's closure. Cancelling is lazy: the slot loses its closure and is passed over when it surfaces.
 */
export class Agenda {
  /** Live and cancelled entries, heap-ordered slots. */
  #heap: Uint32Array = new Uint32Array(1024);
  #size = 0;
  #instants: Float64Array = new Float64Array(1024);
  #ties: Uint32Array = new Uint32Array(1024);
  #sequences: Float64Array = new Float64Array(1024);
  #generations: Uint32Array = new Uint32Array(1024);
  #runs: ((() => void) | undefined)[] = [];
  #free: number[] = [];
  #slotsUsed = 0;
  #sequence = 0;
  #live = 0;
  /** Set by {@link take}: the instant of the event that was taken, in microseconds. */
  takenAtUs = 0;

  /** Events that are neither taken nor cancelled. */
  get live(): number {
    return this.#live;
  }

  /** Adds an event; the ticket cancels it. A ticket is a safe integer: generation · 2²⁰ + slot. */
  add(atUs: number, tie: number, run: () => void): Ticket {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#instants[slot] = atUs;
    this.#ties[slot] = tie;
    this.#sequences[slot] = this.#sequence++;
    this.#runs[slot] = run;
    this.#live++;
    this.#siftUp(this.#size++, slot);
    return (this.#generations[slot]! * SLOTS_MAX + slot) as Ticket;
  }

  /** After this the event never runs. An old ticket, or one that was taken, does nothing. */
  cancel(ticket: Ticket): void {
    const slot = ticket % SLOTS_MAX;
    if (this.#generations[slot] !== Math.floor(ticket / SLOTS_MAX) || this.#runs[slot] === undefined) return;
    this.#runs[slot] = undefined;
    this.#live--;
  }

  /** The instant of the next live event, or undefined when there is none. */
  peekUs(): number | undefined {
    while (this.#size > 0) {
      const slot = this.#heap[0]!;
      if (this.#runs[slot] !== undefined) return this.#instants[slot]!;
      this.#removeTop();
    }
    return undefined;
  }

  /** Removes the next live event and returns what it runs; its instant is in {@link takenAtUs}. */
  take(): (() => void) | undefined {
    while (this.#size > 0) {
      const slot = this.#heap[0]!;
      const run = this.#runs[slot];
      this.takenAtUs = this.#instants[slot]!;
      this.#removeTop();
      if (run !== undefined) {
        this.#live--;
        return run;
      }
    }
    return undefined;
  }

  #newSlot(): number {
    const slot = this.#slotsUsed++;
    if (slot === SLOTS_MAX) throw new RangeError(`The agenda holds at most ${SLOTS_MAX} events at once.`);
    if (slot === this.#heap.length) this.#grow();
    this.#runs.push(undefined);
    return slot;
  }

  #grow(): void {
    const capacity = this.#heap.length * 2;
    const wider = <T extends Uint32Array | Float64Array>(to: T, from: T): T => (to.set(from), to);
    this.#heap = wider(new Uint32Array(capacity), this.#heap);
    this.#instants = wider(new Float64Array(capacity), this.#instants);
    this.#ties = wider(new Uint32Array(capacity), this.#ties);
    this.#sequences = wider(new Float64Array(capacity), this.#sequences);
    this.#generations = wider(new Uint32Array(capacity), this.#generations);
  }

  #removeTop(): void {
    const slot = this.#heap[0]!;
    this.#runs[slot] = undefined;
    this.#generations[slot] = (this.#generations[slot]! + 1) >>> 0;
    this.#free.push(slot);
    const last = this.#heap[--this.#size]!;
    if (this.#size > 0) this.#siftDown(last);
  }

  #before(a: number, b: number): boolean {
    const byInstant = this.#instants[a]! - this.#instants[b]!;
    if (byInstant !== 0) return byInstant < 0;
    const byTie = this.#ties[a]! - this.#ties[b]!;
    return byTie !== 0 ? byTie < 0 : this.#sequences[a]! < this.#sequences[b]!;
  }

  #siftUp(start: number, slot: number): void {
    const heap = this.#heap;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(slot, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = slot;
  }

  #siftDown(slot: number): void {
    const heap = this.#heap;
    const size = this.#size;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, slot)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = slot;
  }
}

/** Names one event of the agenda until it is taken. */
export type Ticket = number & { readonly ticket: unique symbol };

/** 2²⁰ live events at once, far beyond what a cluster keeps; 2³² generations · 2²⁰ slots stays a safe integer. */
const SLOTS_MAX = 2 ** 20;
