import type { Timer } from "../../host/host.ts";
import type { ValueState } from "../api/state.ts";
import type { KeyedState } from "../state/keyed-state.ts";
import { TimerHeap } from "./timer-heap.ts";

/**
 * The timers of one keyed operator. They are state (each key's instants, under names that authors cannot use), so
 * snapshot, restore and rescale are those of keyed state; the heaps beside it only find the earliest.
 *
 * A timer fires at most once, for its key, with that key current. Deleted ones stay in the heap and are passed over.
 */
export class KeyedTimers {
  readonly #state: KeyedState;
  readonly #clock: ProcessingClock;
  readonly #event: TimerDomain;
  readonly #processing: TimerDomain;
  #fire: (domain: "event" | "processing", atMs: number) => void = () => {};
  #watermarkMs = -Infinity;
  #armed: { readonly timer: Timer; readonly atMs: number } | undefined;

  constructor(state: KeyedState, clock: ProcessingClock) {
    this.#state = state;
    this.#clock = clock;
    this.#event = { name: "event", instants: state.reservedState(EVENT_TIMERS), heap: new TimerHeap() };
    this.#processing = { name: "processing", instants: state.reservedState(PROCESSING_TIMERS), heap: new TimerHeap() };
  }

  /** Takes up the restored timers. */
  open(fire: (domain: "event" | "processing", atMs: number) => void): void {
    this.#fire = fire;
    this.#state.forEach<readonly number[]>(EVENT_TIMERS, (key, instants) => {
      for (const atMs of instants) this.#event.heap.add({ atMs, key });
    });
    this.#state.forEach<readonly number[]>(PROCESSING_TIMERS, (key, instants) => {
      for (const atMs of instants) this.#processing.heap.add({ atMs, key });
    });
    this.#arm();
  }

  registerEventTimer(atMs: number): void {
    this.#register(this.#event, atMs);
  }

  deleteEventTimer(atMs: number): void {
    this.#remove(this.#event, atMs);
  }

  registerProcessingTimer(atMs: number): void {
    this.#register(this.#processing, atMs);
    this.#arm();
  }

  deleteProcessingTimer(atMs: number): void {
    this.#remove(this.#processing, atMs);
  }

  /** Fires every event timer up to the watermark, those that a firing one registers included. */
  advanceEventTime(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    this.#fireDue(this.#event, () => this.#watermarkMs);
  }

  close(): void {
    this.#armed?.timer.cancel();
    this.#armed = undefined;
  }

  #register(domain: TimerDomain, atMs: number): void {
    if (!Number.isSafeInteger(atMs)) throw new Error(`A timer wants a whole number of milliseconds; got ${atMs}.`);
    const instants = domain.instants.value() ?? [];
    if (instants.includes(atMs)) return;
    domain.instants.update([...instants, atMs].sort((a, b) => a - b));
    domain.heap.add({ atMs, key: this.#state.currentKey });
  }

  /** False when there was no such timer. */
  #remove(domain: TimerDomain, atMs: number): boolean {
    const instants = domain.instants.value();
    if (instants?.includes(atMs) !== true) return false;
    if (instants.length === 1) domain.instants.clear();
    else domain.instants.update(instants.filter(instant => instant !== atMs));
    return true;
  }

  #fireDue(domain: TimerDomain, nowMs: () => number): void {
    for (let timer = domain.heap.earliest; timer !== undefined && timer.atMs <= nowMs(); timer = domain.heap.earliest) {
      domain.heap.removeEarliest();
      this.#state.setCurrentKey(timer.key);
      if (this.#remove(domain, timer.atMs)) this.#fire(domain.name, timer.atMs);
    }
  }

  /** One host timer serves all: it is set for the earliest, and set anew when it fires. */
  #arm(): void {
    const earliest = this.#processing.heap.earliest;
    if (earliest === undefined || (this.#armed !== undefined && this.#armed.atMs <= earliest.atMs)) return;
    this.#armed?.timer.cancel();
    const delayMs = Math.max(0, earliest.atMs - this.#clock.now());
    const timer = this.#clock.timer(delayMs, () => {
      this.#armed = undefined;
      this.#fireDue(this.#processing, () => this.#clock.now());
      this.#arm();
    });
    this.#armed = { timer, atMs: earliest.atMs };
  }
}

/** The machine's wall clock, and timers that fire only when the subtask may process. */
export interface ProcessingClock {
  now(): number;
  timer(delayMs: number, fire: () => void): Timer;
}

/** Part of the format of checkpoints. */
const EVENT_TIMERS = "$event-timers";
const PROCESSING_TIMERS = "$processing-timers";

interface TimerDomain {
  readonly name: "event" | "processing";
  readonly instants: ValueState<readonly number[]>;
  readonly heap: TimerHeap;
}
