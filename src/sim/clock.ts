import type { Kernel } from "../kernel/kernel.ts";

/**
 * The clocks of one machine: a wall clock that may be off, jump and drift, and a monotonic one that only drifts. It
 * owns how they follow from virtual time. Whole microseconds inside; processes are told whole milliseconds.
 */
export class MachineClock {
  readonly #kernel: Kernel;
  #offsetUs: number;
  /** Of each who makes it drift. */
  readonly #drifts: { readonly ppm: number }[] = [];
  #driftPpm = 0;
  /** Both clocks are counted from the last change of drift. */
  #sinceUs = 0;
  #monotonicSinceUs: number;
  /** What the wall clock says while it stands still, for each who stopped it. */
  readonly #stops: { readonly wallUs: number }[] = [];
  readonly #readers: ((reading: ClockReading) => void)[] = [];

  constructor(kernel: Kernel, options: { readonly offsetMs?: number; readonly monotonicFromMs?: number } = {}) {
    this.#kernel = kernel;
    this.#offsetUs = (options.offsetMs ?? 0) * 1000;
    this.#monotonicSinceUs = (options.monotonicFromMs ?? 0) * 1000;
    this.#offsetUs -= this.#monotonicSinceUs;
  }

  /** Whole milliseconds since 1970. */
  wallMs(): number {
    const runningUs = this.#monotonicNow() + this.#offsetUs;
    const saidUs = this.#stops[0]?.wallUs ?? runningUs;
    if (this.#readers.length > 0) this.#tell({ kind: "wall", saidUs, runningUs });
    return EPOCH_MS + Math.floor(saidUs / 1000);
  }

  monotonicUs(): number {
    const saidUs = this.#monotonicNow();
    if (this.#readers.length > 0) this.#tell({ kind: "monotonic", saidUs });
    return saidUs;
  }

  /** The instant of virtual time at which the monotonic clock will have gone on by `delayUs`. */
  instantAfter(delayUs: number): number {
    const trueUs = this.#driftPpm === 0 ? delayUs : Math.ceil((delayUs * 1_000_000) / (1_000_000 + this.#driftPpm));
    if (this.#readers.length > 0) this.#tell({ kind: "timer", askedUs: delayUs, trueUs });
    return this.#kernel.nowUs + trueUs;
  }

  /** The wall clock is set forward, or back, at once. */
  jump(byMs: number): void {
    this.#offsetUs += byMs * 1000;
  }

  /** The wall clock stands still until the returned cure, and is right again at once. */
  freeze(): () => void {
    const stop = { wallUs: this.#stops[0]?.wallUs ?? this.#monotonicNow() + this.#offsetUs };
    this.#stops.push(stop);
    return () => remove(this.#stops, stop);
  }

  /** `told` hears of every reading and of every timer until the returned call: a clock that nobody reads misleads nobody. */
  watch(told: (reading: ClockReading) => void): () => void {
    this.#readers.push(told);
    return () => remove(this.#readers, told);
  }

  /**
   * Both clocks run fast (or slow) by so many microseconds a second until the returned cure; timers that run keep their
   * instant. Drifts add up, and whatever they add up to, no clock comes to a stop.
   */
  drift(ppm: number): () => void {
    const drift = { ppm };
    this.#drifts.push(drift);
    this.#driftsChanged();
    return () => {
      remove(this.#drifts, drift);
      this.#driftsChanged();
    };
  }

  #driftsChanged(): void {
    this.#monotonicSinceUs = this.#monotonicNow();
    this.#sinceUs = this.#kernel.nowUs;
    const sumPpm = this.#drifts.reduce((sum, { ppm }) => sum + ppm, 0);
    this.#driftPpm = Math.max(DRIFT_PPM_MIN, sumPpm);
  }

  #tell(reading: ClockReading): void {
    for (const told of this.#readers) told(reading);
  }

  #monotonicNow(): number {
    const elapsedUs = this.#kernel.nowUs - this.#sinceUs;
    return this.#monotonicSinceUs + elapsedUs + Math.floor((elapsedUs * this.#driftPpm) / 1_000_000);
  }
}

/** What a process was told: by the wall clock, which runs on behind the one that stands still, by the other, or by a timer. */
export type ClockReading =
  | { readonly kind: "wall"; readonly saidUs: number; readonly runningUs: number }
  | { readonly kind: "monotonic"; readonly saidUs: number }
  /** `trueUs` of virtual time pass before it fires. */
  | { readonly kind: "timer"; readonly askedUs: number; readonly trueUs: number };

function remove<T>(items: T[], item: T): void {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
}

/** A clock at half its speed: slower ones would come to a stop together. */
const DRIFT_PPM_MIN = -500_000;

/** Virtual time starts at 2026-01-01T00:00:00Z. */
const EPOCH_MS = 1_767_225_600_000;
