import { InvariantBroken } from "./invariant.ts";
import type { Kernel } from "./kernel.ts";

/**
 * One life of a process. It owns whether the process may act (alive, paused, busy), the order of the turns that wait
 * for it, and the count of its port calls, which are its crash points. It does not know what a port call does (sim).
 *
 * Order: turns run first come, first served; each runs to completion, microtasks included, before the next.
 * A kill takes effect at once: queued turns are dropped, and a frame that is still on the stack runs out against a void port.
 */
export class Incarnation {
  readonly kernel: Kernel;
  readonly role: string;
  /** 0 for the first life of the role, 1 after its first restart. */
  readonly number: number;
  /** Stable number of the role for the digest and for ties. */
  readonly owner: number;
  /** Port calls so far; the first is number 1. */
  calls = 0;
  /** The hook below is called before this port call; 0 is never. */
  watchedCall = 0;
  onWatchedCall: (() => void) | undefined;
  #state: "alive" | "paused" | "dead" = "alive";
  #busyUntilUs = 0;
  #slowdown = 1;
  #inbox: (() => void)[] = [];
  #inboxHead = 0;
  #wakeArmed = false;

  constructor(kernel: Kernel, role: string, number: number, owner: number) {
    this.kernel = kernel;
    this.role = role;
    this.number = number;
    this.owner = owner;
  }

  get alive(): boolean {
    return this.#state !== "dead";
  }

  get paused(): boolean {
    return this.#state === "paused";
  }

  /** Runs `run` as this process: now when it is free, else after the turns that wait already. */
  turn(run: () => void): void {
    if (this.#state === "dead") return;
    if (this.#state === "paused" || this.#waiting > 0 || this.kernel.nowUs < this.#busyUntilUs || this.kernel.current !== undefined) {
      this.#inbox.push(run);
      this.#armWake();
      return;
    }
    this.kernel.runTurn(this, run);
  }

  /**
   * Counts a port call. False says that the call must do nothing: the incarnation is dead, or dies of this very call.
   * A call from outside the incarnation's own turn is a leak between processes, and breaks the run.
   */
  enter(kind: number): boolean {
    if (this.#state === "dead") return false;
    const { kernel } = this;
    if (kernel.current !== this) {
      kernel.breakRun(`${this.role} was called from ${kernel.current?.role ?? "outside every process"}: processes share nothing but bytes`);
      return false;
    }
    this.calls++;
    if (this.calls === this.watchedCall) {
      this.onWatchedCall?.();
      if (!this.alive) return false;
    }
    kernel.journal.fold(kind, kernel.nowUs, this.owner, this.calls);
    return true;
  }

  /** Occupies the process: later turns wait until the work is done. */
  work(costUs: number): void {
    if (!Number.isInteger(costUs) || costUs < 0) throw new InvariantBroken("work is a whole number of microseconds", `${this.role}: ${costUs}`);
    const from = Math.max(this.#busyUntilUs, this.kernel.nowUs);
    this.#busyUntilUs = from + costUs * this.#slowdown;
  }

  /** A straggler: all work costs `factor` times as much from now on; 1 is normal speed. */
  slow(factor: number): void {
    this.#slowdown = factor;
  }

  pause(): void {
    if (this.#state === "alive") this.#state = "paused";
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "alive";
    if (this.#waiting > 0) this.#armWake();
  }

  kill(): void {
    this.#state = "dead";
    this.#inbox = [];
    this.#inboxHead = 0;
  }

  get #waiting(): number {
    return this.#inbox.length - this.#inboxHead;
  }

  #armWake(): void {
    if (this.#wakeArmed || this.#state !== "alive") return;
    this.#wakeArmed = true;
    this.kernel.at(Math.max(this.#busyUntilUs, this.kernel.nowUs), this.owner, () => {
      this.#wakeArmed = false;
      this.#runWaiting();
    });
  }

  #runWaiting(): void {
    while (this.#state === "alive" && this.#waiting > 0) {
      if (this.kernel.nowUs < this.#busyUntilUs) return this.#armWake();
      const run = this.#inbox[this.#inboxHead]!;
      this.#inboxHead++;
      if (this.#inboxHead === this.#inbox.length) {
        this.#inbox = [];
        this.#inboxHead = 0;
      }
      this.kernel.runTurn(this, run);
    }
  }
}
