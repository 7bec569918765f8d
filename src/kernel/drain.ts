import { laterOnThread } from "./real-thread.ts";

/**
 * Drains `nextTick` and promise jobs, so that a turn of a process is over before anything else happens. It owns how;
 * who is charged with an error is decided by the caller (kernel.ts) and the trap (error-trap.ts).
 *
 * Two ways that give the same order of jobs: Node's own `process._tickCallback` drains both queues within 0.1 µs, when it
 * is called outside of a microtask; else a turn is a macrotask of its own, and Node drains after it, at 2–5 µs a turn.
 */
export type DrainKind = "synchronous" | "macrotask";

/** Node keeps `_tickCallback` for its own use: where it is gone, runs are slower, not different. */
export const drainDefault: DrainKind = tickCallback() === undefined ? "macrotask" : "synchronous";

/**
 * Returns when both queues are empty. A throw inside `nextTick` leaves Node's drain with the rest undone, so it is
 * repeated until it returns; each throw is told.
 */
export function drainMicrotasks(onError: (error: unknown) => void): void {
  for (;;) {
    try {
      drain!();
      return;
    } catch (error) {
      onError(error);
    }
  }
}

/** Whether draining drains here: not inside a microtask, and not on a Node that changed `_tickCallback` under us. */
export function drainWorks(onError: (error: unknown) => void): boolean {
  let ran = 0;
  process.nextTick(() => {
    ran++;
    void Promise.resolve().then(() => process.nextTick(() => ran++));
  });
  void Promise.resolve().then(() => ran++);
  drainMicrotasks(onError);
  return ran === 3;
}

/**
 * Runs `turn` in a macrotask, lets Node drain, then runs `after`. Both are asked for at once and so stand side by side
 * in the queue: nothing but the turn's own jobs can come between them.
 */
export function drainByMacrotask(turn: () => void, after: () => void): void {
  laterOnThread(turn);
  laterOnThread(after);
}

function tickCallback(): (() => void) | undefined {
  const { _tickCallback } = process as unknown as { _tickCallback?: () => void };
  return _tickCallback?.bind(process);
}

const drain = tickCallback();
