import type { Host, Timer } from "../host/host.ts";

/**
 * Named deadlines on the service's own monotonic clock, such as the end of a session or the time-out of a transaction.
 * It owns when each is due, and one timer for the earliest; what being due means is the server's business.
 */
export class DeadlineClock {
  readonly #host: Host;
  readonly #due: (name: string) => void;
  readonly #deadlinesMs = new Map<string, number>();
  #timer: Timer | undefined;
  #timerMs = 0;

  constructor(host: Host, due: (name: string) => void) {
    this.#host = host;
    this.#due = due;
  }

  /** Due `delayMs` from now, whatever was said before. */
  set(name: string, delayMs: number): void {
    const nowMs = this.#host.clock.monotonic();
    this.#deadlinesMs.set(name, nowMs + delayMs);
    this.#arm(nowMs, nowMs + delayMs);
  }

  clear(name: string): void {
    this.#deadlinesMs.delete(name);
  }

  /** A deadline that moved or went leaves the timer as it is: it finds out when it fires, which costs less than setting it anew. */
  #arm(nowMs: number, deadlineMs: number): void {
    if (this.#timer !== undefined && this.#timerMs <= deadlineMs) return;
    this.#timer?.cancel();
    this.#timerMs = deadlineMs;
    this.#timer = this.#host.timer(deadlineMs - nowMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    const nowMs = this.#host.clock.monotonic();
    let earliestMs = Infinity;
    for (const [name, deadlineMs] of this.#deadlinesMs) {
      if (deadlineMs <= nowMs) {
        this.#deadlinesMs.delete(name);
        this.#due(name);
      } else earliestMs = Math.min(earliestMs, deadlineMs);
    }
    if (earliestMs !== Infinity) this.#arm(nowMs, earliestMs);
  }
}
