/**
 * Drains `nextTick` and promise jobs synchronously, so that a turn of a process is over before the next event.
 *
 * Node's own `process._tickCallback` does it in a fraction of a microsecond when it is called outside of a microtask.
 */
export function drainMicrotasks(onError: (error: unknown) => void): void {
  for (;;) {
    try {
      tickCallback();
      return;
    } catch (error) {
      onError(error);
    }
  }
}

const tickCallback = (process as unknown as { _tickCallback(): void })._tickCallback.bind(process);
