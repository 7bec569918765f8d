import type { FencedProcess } from "./stage.ts";

/** What `setTimeout` and its kin return inside a turn; it looks like Node's `Timeout` and is a timer of the process. */
export class FenceTimer {
  readonly #process: FencedProcess;
  readonly #delayMs: number;
  readonly #repeat: boolean;
  readonly #run: () => void;
  #cancel: (() => void) | undefined;
  #referenced = true;

  constructor(process: FencedProcess, delayMs: number, repeat: boolean, run: () => void) {
    this.#process = process;
    this.#delayMs = delayMs;
    this.#repeat = repeat;
    this.#run = run;
    this.#arm();
  }

  ref(): this {
    this.#referenced = true;
    return this;
  }

  unref(): this {
    this.#referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#referenced;
  }

  /** Starts the delay anew, also of a timer that has fired. */
  refresh(): this {
    this.#cancel?.();
    this.#arm();
    return this;
  }

  close(): this {
    this.#cancel?.();
    this.#cancel = undefined;
    return this;
  }

  /** A number by which `clearTimeout` knows the timer; counted for each process, so that it repeats with the run. */
  [Symbol.toPrimitive](): number {
    let timers = numbered.get(this.#process);
    if (timers === undefined) numbered.set(this.#process, (timers = []));
    const known = timers.indexOf(this);
    return known >= 0 ? known + 1 : timers.push(this);
  }

  #arm(): void {
    // A frame that is still on the stack of a dead process sets timers that never fire.
    if (!this.#process.alive) return;
    this.#cancel = this.#process.fence.timer(this.#delayMs, () => {
      this.#cancel = undefined;
      if (this.#repeat) this.#arm();
      this.#run();
    });
  }
}

/** The timer that a handle means: the handle itself, or its number in the current process. */
export function timerOf(process: FencedProcess | undefined, handle: unknown): FenceTimer | undefined {
  if (handle instanceof FenceTimer) return handle;
  if (process === undefined || (typeof handle !== "number" && typeof handle !== "string")) return undefined;
  return numbered.get(process)?.[Number(handle) - 1];
}

const numbered = new WeakMap<FencedProcess, FenceTimer[]>();
