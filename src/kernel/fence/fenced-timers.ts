import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import { FenceTimer, timerOf } from "./fence-timer.ts";
import { refuse } from "./fence-error.ts";
import { alike, patch } from "./patch.ts";
import { stage } from "./stage.ts";

/**
 * Timers inside a turn are timers of the process: they run in its turns, on its machine's clock, and die with it. The same
 * names, on the global object, in `node:timers` and in `node:timers/promises`. Outside of turns Node's own answer.
 */
export function fenceTimers(): void {
  const { setTimeout: setNativeTimeout, setInterval: setNativeInterval, setImmediate: setNativeImmediate } = globalThis;

  const setTimeout = alike((run: Callback, delayMs?: number, ...args: unknown[]): unknown => {
    if (stage.process === undefined || typeof run !== "function") return setNativeTimeout(run, delayMs, ...args);
    return new FenceTimer(stage.process, milliseconds(delayMs), false, () => run(...args));
  }, setNativeTimeout);

  const setInterval = alike((run: Callback, delayMs?: number, ...args: unknown[]): unknown => {
    if (stage.process === undefined || typeof run !== "function") return setNativeInterval(run, delayMs, ...args);
    return new FenceTimer(stage.process, milliseconds(delayMs), true, () => run(...args));
  }, setNativeInterval);

  const setImmediate = alike((run: Callback, ...args: unknown[]): unknown => {
    if (stage.process === undefined || typeof run !== "function") return setNativeImmediate(run, ...args);
    return new FenceTimer(stage.process, 0, false, () => run(...args));
  }, setNativeImmediate);

  const clear = (native: (handle: unknown) => void): ((handle: unknown) => void) =>
    alike((handle: unknown): void => {
      const timer = timerOf(stage.process, handle);
      if (timer === undefined) native(handle);
      else timer.close();
    }, native);

  fencePromises();
  for (const setter of [setTimeout, setImmediate] as const) {
    const value = setter === setTimeout ? timersPromises.setTimeout : timersPromises.setImmediate;
    Object.defineProperty(setter, promisify.custom, { value, enumerable: true, configurable: true });
  }
  for (const holder of [globalThis, timers]) {
    patch(holder, "setTimeout", () => setTimeout);
    patch(holder, "setInterval", () => setInterval);
    patch(holder, "setImmediate", () => setImmediate);
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"] as const) patch(holder, name, clear);
  }
}

type Callback = (...args: unknown[]) => void;

interface WaitOptions {
  readonly signal?: AbortSignal;
}

function fencePromises(): void {
  patch<typeof timersPromises.setTimeout>(timersPromises, "setTimeout", native =>
    alike(
      <T>(delayMs?: number, value?: T, options?: WaitOptions): Promise<T> =>
        stage.process === undefined
          ? native(delayMs, value, options)
          : wait(milliseconds(delayMs), value as T, options?.signal),
      native,
    ),
  );
  patch<typeof timersPromises.setImmediate>(timersPromises, "setImmediate", native =>
    alike(
      <T>(value?: T, options?: WaitOptions): Promise<T> =>
        stage.process === undefined ? native(value, options) : wait(0, value as T, options?.signal),
      native,
    ),
  );
  patch<typeof timersPromises.setInterval>(timersPromises, "setInterval", native =>
    alike(<T>(delayMs?: number, value?: T, options?: WaitOptions): AsyncIterator<T> => {
      if (stage.process === undefined) return native(delayMs, value, options);
      return refuse(stage.process, "timers/promises.setInterval", "Use setInterval, which is virtual.");
    }, native),
  );
  const scheduler = Object.getPrototypeOf(timersPromises.scheduler) as typeof timersPromises.scheduler;
  patch<typeof scheduler.wait>(scheduler, "wait", native =>
    alike(function (this: typeof scheduler, delayMs: number, options?: WaitOptions): Promise<void> {
      return stage.process === undefined
        ? native.call(this, delayMs, options)
        : wait(milliseconds(delayMs), undefined, options?.signal);
    }, native),
  );
  patch<typeof scheduler.yield>(scheduler, "yield", native =>
    alike(function (this: typeof scheduler): Promise<void> {
      return stage.process === undefined ? native.call(this) : wait(0, undefined, undefined);
    }, native),
  );
}

/** A promise of `value` after a timer of the current process. */
function wait<T>(delayMs: number, value: T, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void =>
      reject(new DOMException("The operation was aborted", { name: "AbortError", cause: signal?.reason }));
    if (signal?.aborted === true) return aborted();
    const timer = new FenceTimer(stage.process!, delayMs, false, () => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    });
    const abort = (): void => {
      timer.close();
      aborted();
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Node's rule: whole milliseconds from 1 to 2³¹−1; anything else is 1. */
function milliseconds(delayMs: unknown): number {
  const wanted = Number(delayMs ?? 1);
  return wanted >= 1 && wanted <= 2 ** 31 - 1 ? Math.trunc(wanted) : 1;
}
