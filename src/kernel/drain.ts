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
 * repeated until it returns; each throw is told. It also leaves the async context of that tick behind, on which Node
 * would abort when our macrotask ends ("async hook stack has become corrupted"). Only Node can clear that stack, and it
 * does so after an uncaught exception that somebody handled: so one more is thrown, {@link contextRepair}.
 */
export function drainMicrotasks(onError: (error: unknown) => void): void {
  for (;;) {
    try {
      drain!();
      return;
    } catch (error) {
      onError(error);
      queueMicrotask(throwRepair);
    }
  }
}

/** Reaches the listeners of `uncaughtException` after a throw inside `nextTick`, and means nothing. */
export const contextRepair = new Error("Clears Node's stack of async contexts.");

function throwRepair(): never {
  throw contextRepair;
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
 * in the queue: nothing but the turn's own jobs can come between them. Where Node met an error it has left the drain with
 * the rest undone, so another macrotask follows until `errors`, a count, stands still.
 */
export function drainByMacrotask(turn: () => void, errors: () => number, after: () => void): void {
  let before = errors();
  const look = (): void => {
    if (errors() === before) return after();
    before = errors();
    laterOnThread(() => {});
    laterOnThread(look);
  };
  laterOnThread(turn);
  laterOnThread(look);
}

function tickCallback(): (() => void) | undefined {
  const { _tickCallback } = process as unknown as { _tickCallback?: () => void };
  return _tickCallback?.bind(process);
}

const drain = tickCallback();
