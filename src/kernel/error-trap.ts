/**
 * Catches what does not come back as an exception: unhandled rejections and throws inside `queueMicrotask` go to the
 * listeners of the real process, where a test runner would count them as its own. While the trap is set these
 * listeners are detached and the errors routed to `onError`; releasing it puts them back as they were.
 *
 * A promise that is rejected and handled before the drain ends is never told: Node itself looks only after the drain.
 */
export class ErrorTrap {
  readonly #ours: ReadonlyMap<string, Listener>;
  readonly #theirs = new Map<string, Listener[]>();

  constructor(onError: (error: unknown) => void) {
    this.#ours = new Map<string, Listener>([
      ["uncaughtException", onError],
      ["unhandledRejection", onError],
      ["uncaughtExceptionMonitor", ignore],
      // Without a listener Node warns on stderr of a rejection that was told first and handled later.
      ["rejectionHandled", ignore],
    ]);
  }

  set(): void {
    for (const [event, ours] of this.#ours) {
      this.#theirs.set(event, emitter.rawListeners(event));
      emitter.removeAllListeners(event);
      emitter.on(event, ours);
    }
  }

  release(): void {
    for (const [event, theirs] of this.#theirs) {
      emitter.removeAllListeners(event);
      for (const listener of theirs) emitter.on(event, listener);
    }
    this.#theirs.clear();
  }
}

type Listener = (...args: unknown[]) => void;

/** The process as a plain emitter: its typed overloads know no loop over event names. */
const emitter = process as unknown as {
  rawListeners(event: string): Listener[];
  removeAllListeners(event: string): void;
  on(event: string, listener: Listener): void;
};

function ignore(): void {}
