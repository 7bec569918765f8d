/**
 * The agenda decides which event is next. It owns their order and nothing else: it does not move
 * time (kernel.ts) and does not know what an event means.
 *
 * Order: earlier instant first; equal instants by the seeded tie, then by the order they were asked for.
 *
 * A binary heap over typed arrays, keys beside their positions: adding and taking an event allocates nothing but the
 * caller's closure. Cancelling is lazy: the event loses its closure and is passed over when it surfaces, or is swept out
 * when the cancelled outnumber the living (time-outs that are nearly always cancelled would fill the heap).
 */
export class Agenda {
  /** Keys and slots in heap order. */
  #instants: Float64Array = new Float64Array(CAPACITY_MIN);
  #ties: Uint32Array = new Uint32Array(CAPACITY_MIN);
  #slots: Uint32Array = new Uint32Array(CAPACITY_MIN);
  #size = 0;
  /** By slot: what a ticket names for as long as its event is in the heap. */
  #sequences: Float64Array = new Float64Array(CAPACITY_MIN);
  #generations: Uint32Array = new Uint32Array(CAPACITY_MIN);
  readonly #runs: ((() => void) | undefined)[] = [];
  readonly #free: number[] = [];
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
    const slot = this.#free.length > 0 ? this.#free.pop()! : this.#newSlot();
    this.#sequences[slot] = this.#sequence++;
    this.#runs[slot] = run;
    this.#live++;
    this.#siftUp(this.#size++, atUs, tie >>> 0, slot);
    return (this.#generations[slot]! * SLOTS_MAX + slot) as Ticket;
  }

  /** After this the event never runs. An old ticket, or one that was taken, does nothing. */
  cancel(ticket: Ticket): void {
    const slot = ticket % SLOTS_MAX;
    if (this.#generations[slot] !== Math.floor(ticket / SLOTS_MAX) || this.#runs[slot] === undefined) return;
    this.#runs[slot] = undefined;
    this.#live--;
    if (this.#size > 2 * this.#live + CANCELLED_MIN) this.#sweep();
  }

  /** The instant of the next live event, or undefined when there is none. */
  peekUs(): number | undefined {
    while (this.#size > 0) {
      if (this.#runs[this.#slots[0]!] !== undefined) return this.#instants[0]!;
      this.#removeTop();
    }
    return undefined;
  }

  /** Removes the next live event and returns what it runs; its instant is in {@link takenAtUs}. */
  take(): (() => void) | undefined {
    while (this.#size > 0) {
      const run = this.#runs[this.#slots[0]!];
      this.takenAtUs = this.#instants[0]!;
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
    if (slot === this.#slots.length) this.#grow();
    this.#runs.push(undefined);
    return slot;
  }

  #grow(): void {
    const capacity = this.#slots.length * 2;
    const wider = <T extends Uint32Array | Float64Array>(to: T, from: T): T => (to.set(from), to);
    this.#instants = wider(new Float64Array(capacity), this.#instants);
    this.#ties = wider(new Uint32Array(capacity), this.#ties);
    this.#slots = wider(new Uint32Array(capacity), this.#slots);
    this.#sequences = wider(new Float64Array(capacity), this.#sequences);
    this.#generations = wider(new Uint32Array(capacity), this.#generations);
  }

  #release(slot: number): void {
    this.#runs[slot] = undefined;
    this.#generations[slot] = this.#generations[slot]! + 1;
    this.#free.push(slot);
  }

  #removeTop(): void {
    this.#release(this.#slots[0]!);
    const last = --this.#size;
    if (last > 0) this.#siftDown(0, this.#instants[last]!, this.#ties[last]!, this.#slots[last]!);
  }

  /** Drops all cancelled events and restores the heap bottom-up: the order is total, so it does not change what comes next. */
  #sweep(): void {
    let kept = 0;
    for (let i = 0; i < this.#size; i++) {
      const slot = this.#slots[i]!;
      if (this.#runs[slot] === undefined) {
        this.#release(slot);
        continue;
      }
      this.#instants[kept] = this.#instants[i]!;
      this.#ties[kept] = this.#ties[i]!;
      this.#slots[kept] = slot;
      kept++;
    }
    this.#size = kept;
    for (let i = (kept >> 1) - 1; i >= 0; i--) this.#siftDown(i, this.#instants[i]!, this.#ties[i]!, this.#slots[i]!);
  }

  /** Puts an event at the free position `from` or above it. */
  #siftUp(from: number, atUs: number, tie: number, slot: number): void {
    const instants = this.#instants;
    const ties = this.#ties;
    const slots = this.#slots;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const byInstant = atUs - instants[parent]!;
      if (byInstant > 0) break;
      if (byInstant === 0 && !this.#tieBefore(tie, slot, ties[parent]!, slots[parent]!)) break;
      instants[index] = instants[parent]!;
      ties[index] = ties[parent]!;
      slots[index] = slots[parent]!;
      index = parent;
    }
    instants[index] = atUs;
    ties[index] = tie;
    slots[index] = slot;
  }

  /** Puts an event at the free position `from` or below it. */
  #siftDown(from: number, atUs: number, tie: number, slot: number): void {
    const instants = this.#instants;
    const ties = this.#ties;
    const slots = this.#slots;
    const size = this.#size;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size) {
        const byInstant = instants[right]! - instants[child]!;
        if (byInstant < 0) child = right;
        else if (byInstant === 0 && this.#tieBefore(ties[right]!, slots[right]!, ties[child]!, slots[child]!))
          child = right;
      }
      const byInstant = instants[child]! - atUs;
      if (byInstant > 0) break;
      if (byInstant === 0 && !this.#tieBefore(ties[child]!, slots[child]!, tie, slot)) break;
      instants[index] = instants[child]!;
      ties[index] = ties[child]!;
      slots[index] = slots[child]!;
      index = child;
    }
    instants[index] = atUs;
    ties[index] = tie;
    slots[index] = slot;
  }

  /** The order of two events at one instant. */
  #tieBefore(tie: number, slot: number, otherTie: number, otherSlot: number): boolean {
    return tie !== otherTie ? tie < otherTie : this.#sequences[slot]! < this.#sequences[otherSlot]!;
  }
}

/** Names one event of the agenda until it is taken. */
export type Ticket = number & { readonly ticket: unique symbol };

/** 2²⁰ live events at once, far beyond what a cluster keeps; 2³² generations · 2²⁰ slots stays a safe integer. */
const SLOTS_MAX = 2 ** 20;
const CAPACITY_MIN = 1024;
/** Below this many cancelled events a sweep costs more than passing them over. */
const CANCELLED_MIN = 256;
