import type { Host, Timer } from "../../host/host.ts";

/**
 * When sessions expire, by the service's own monotonic clock. It owns the deadlines of open sessions and one timer for
 * the earliest; what an expiry means is the server's business.
 */
export class SessionClock {
  readonly #host: Host;
  readonly #expire: (session: string) => void;
  readonly #deadlinesMs = new Map<string, number>();
  #timer: Timer | undefined;
  #timerMs = 0;

  constructor(host: Host, expire: (session: string) => void) {
    this.#host = host;
    this.#expire = expire;
  }

  /** The session lives for `ttlMs` from now on. */
  extend(session: string, ttlMs: number): void {
    const nowMs = this.#host.clock.monotonic();
    this.#deadlinesMs.set(session, nowMs + ttlMs);
    this.#arm(nowMs, nowMs + ttlMs);
  }

  /** An extended deadline leaves the timer as it is: it finds out when it fires, which costs less than setting it anew. */
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
    for (const [session, deadlineMs] of this.#deadlinesMs) {
      if (deadlineMs <= nowMs) {
        this.#deadlinesMs.delete(session);
        this.#expire(session);
      } else earliestMs = Math.min(earliestMs, deadlineMs);
    }
    if (earliestMs !== Infinity) this.#arm(nowMs, earliestMs);
  }
}
