import type { Disk } from "../../../host/disk.ts";
import type { HostEvent } from "../../../host/event.ts";
import type { Clock, Host, RandomSource, Timer } from "../../../host/host.ts";
import type { Net } from "../../../host/net.ts";

/** A host whose time a test moves by hand. It has no disk and no network: a call on them is an error of the test. */
export class ManualHost implements Host {
  readonly role = "jm0";
  readonly events: HostEvent[] = [];
  readonly disk = {} as Disk;
  readonly net = {} as Net;
  readonly random: RandomSource = { uint32: () => 7, below: () => 0 };
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly fire: () => void }[] = [];
  readonly clock: Clock = { now: () => 1_000_000 + this.#nowMs, monotonic: () => this.#nowMs };

  timer(delayMs: number, fire: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, fire };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter(other => other !== timer)) };
  }

  emit(event: HostEvent): void {
    this.events.push(event);
  }

  work(): void {}

  exit(): void {}

  /** Moves time on, timer by timer, with the promise jobs of each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#timers = this.#timers.filter(other => other !== next);
      this.#nowMs = next.dueMs;
      next.fire();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /** Names of events so far, in order. */
  said(...of: readonly string[]): string[] {
    return this.events.map(({ event }) => event).filter(event => of.length === 0 || of.includes(event));
  }

  #next(untilMs: number): { readonly dueMs: number; readonly fire: () => void } | undefined {
    const due = this.#timers.filter(timer => timer.dueMs <= untilMs);
    return due.reduce<(typeof due)[number] | undefined>(
      (first, timer) => (first === undefined || timer.dueMs < first.dueMs ? timer : first),
      undefined,
    );
  }
}

/** Lets all promise jobs run that are ready, and those that they make ready. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
