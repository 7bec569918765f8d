import type { RestartSettings } from "./cluster-config.ts";

/**
 * When, and whether, a failed job starts again. It owns the count of restarts; what counts as one failure is the
 * scheduler's. The count lives with its leader's term, as in Flink.
 */
export interface RestartStrategy {
  /** To be asked once for each failure. */
  afterFailure(): RestartDecision;
}

export type RestartDecision =
  { readonly kind: "restart"; readonly delayMs: number } | { readonly kind: "give-up"; readonly why: string };

export function restartStrategy(settings: RestartSettings): RestartStrategy {
  switch (settings.kind) {
    case "none":
      return { afterFailure: () => ({ kind: "give-up", why: "the job has no restart strategy" }) };
    case "fixed-delay":
      return new FixedDelay(settings.delayMs, settings.attemptsMax);
  }
}

class FixedDelay implements RestartStrategy {
  readonly #delayMs: number;
  readonly #attemptsMax: number;
  #restarts = 0;

  constructor(delayMs: number, attemptsMax: number) {
    this.#delayMs = delayMs;
    this.#attemptsMax = attemptsMax;
  }

  afterFailure(): RestartDecision {
    if (this.#restarts === this.#attemptsMax)
      return { kind: "give-up", why: `${this.#attemptsMax} restarts are used up` };
    this.#restarts++;
    return { kind: "restart", delayMs: this.#delayMs };
  }
}
