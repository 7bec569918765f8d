import { kernelFence, type FenceProvider } from "./fence/fence-provider.ts";
import { InvariantBroken } from "./invariant.ts";
import type { ProcessKernel } from "./process-kernel.ts";
import { draw, drawKey } from "./random.ts";

/**
 * One life of a process. It owns whether the process may act (alive, paused, busy), the order of the turns that wait
 * for it, and the count of its port calls, which are its crash points. It does not know what a port call does (sim).
 *
 * Order: turns run first come, first served; each runs to completion, microtasks included, before the next.
 * A kill takes effect at once: queued turns are dropped, and a frame that is still on the stack runs out against a void port.
 */
export class Incarnation {
  readonly kernel: ProcessKernel;
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
  /** How much longer its work has taken so far because it was slow. */
  slowedUs = 0;
  /** Turns so far that it would have taken, had it not stood still. */
  turnsHeldUp = 0;
  #state: "alive" | "paused" | "dead" = "alive";
  #busyUntilUs = 0;
  #slowdown = 1;
  #fence: FenceProvider | undefined;
  #inbox: (() => void)[] = [];
  #inboxHead = 0;
  /** Turns of timers that came due during a pause. */
  readonly #timersDue = new Set<() => void>();
  #resumes = 0;
  /** Turns that the event on hand may still run. */
  #turnsLeft = 0;
  #scheduled = false;
  readonly #wake = (): void => {
    this.#scheduled = false;
    this.#schedule();
  };

  constructor(kernel: ProcessKernel, role: string, number: number, owner: number) {
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

  /** What fenced globals answer in this process's turns; the simulated host sets it, over the clock of its machine. */
  get fence(): FenceProvider {
    return (this.#fence ??= kernelFence(this));
  }

  set fence(provider: FenceProvider) {
    this.#fence = provider;
  }

  /**
   * Runs `run` as this process, after the turns that wait already: in this very event, once the device has acted, when
   * the process is free; else in an event of its own, so that the seed decides what else comes first at that instant.
   */
  turn(run: () => void): void {
    if (this.#state !== "alive") {
      if (this.#state === "dead") return;
      this.turnsHeldUp++;
    }
    this.#inbox.push(run);
    this.#schedule();
  }

  /** A turn that a timer asks for: after a pause it may come before what arrived earlier. */
  timerTurn(run: () => void): void {
    if (this.#state === "paused") this.#timersDue.add(run);
    this.turn(run);
  }

  /**
   * Counts a port call. False says that the call must do nothing: the incarnation is dead, or dies of this very call.
   * A call from outside the incarnation's own turn is a leak between processes, and breaks the run.
   */
  enter(kind: number): boolean {
    if (this.#state === "dead") return false;
    const { kernel } = this;
    if (kernel.current !== this) {
      const caller = kernel.current?.role ?? "outside every process";
      kernel.breakRun(`The port of ${this.role} was called from ${caller}: processes share nothing but bytes.`);
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

  /** Tells the digest what a port call was about: a checksum of the message or of the bytes written. */
  fold(kind: number, content: number): void {
    this.kernel.journal.fold(kind, this.kernel.nowUs, this.owner, content);
  }

  /** Occupies the process: later turns wait until the work is done. */
  work(costUs: number): void {
    if (!Number.isInteger(costUs) || costUs < 0) {
      throw new InvariantBroken("work is a whole number of microseconds", `${this.role}: ${costUs}`);
    }
    const from = Math.max(this.#busyUntilUs, this.kernel.nowUs);
    this.#busyUntilUs = from + costUs * this.#slowdown;
    this.slowedUs += costUs * (this.#slowdown - 1);
  }

  /** A straggler: all work, and each turn, costs `factor` times as much from now on; 1 is normal speed. */
  slow(factor: number): void {
    this.#slowdown = factor;
  }

  pause(): void {
    if (this.#state !== "alive") return;
    this.#state = "paused";
    this.turnsHeldUp += this.#waiting;
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "alive";
    this.#timersFirst();
    this.#schedule();
  }

  kill(): void {
    this.#state = "dead";
    this.#inbox = [];
    this.#inboxHead = 0;
  }

  /** The process has reached for the real world; the fence calls it, and throws its error on its own. */
  touched(what: string): void {
    this.kernel.breakRun(`${this.role} ${what}`);
  }

  /**
   * The first of the turns that wait, when the process may act. This event runs those that wait now and no more: a
   * process that keeps asking for turns of its own uses up events, and so the run's budget.
   */
  firstTurn(): (() => void) | undefined {
    this.#turnsLeft = this.#waiting;
    return this.nextTurn();
  }

  nextTurn(): (() => void) | undefined {
    if (this.#turnsLeft > 0 && this.#state === "alive" && this.kernel.nowUs >= this.#busyUntilUs) {
      this.#turnsLeft--;
      // At normal speed a turn is too short to count.
      if (this.#slowdown > 1) this.work(TURN_COST_US);
      return this.#takeTurn();
    }
    this.#scheduled = false;
    this.#schedule();
    return undefined;
  }

  /** The last one is popped and the head moves past all others, so that a list that runs empty is used again. */
  #takeTurn(): () => void {
    const inbox = this.#inbox;
    if (this.#inboxHead === inbox.length - 1) {
      const last = inbox.pop()!;
      if (this.#inboxHead > 0) {
        this.#inbox = [];
        this.#inboxHead = 0;
      }
      return last;
    }
    return inbox[this.#inboxHead++]!;
  }

  /** An event loop that wakes up runs its timers before it polls for what has arrived; by the seed, this one does. */
  #timersFirst(): void {
    if (this.#timersDue.size === 0) return;
    const key = drawKey(this.kernel.seed, `resume/${this.role}/${this.number}`);
    if (draw(key, this.#resumes++) % 2 === 0) {
      const waiting = this.#inbox.slice(this.#inboxHead);
      const others = waiting.filter(run => !this.#timersDue.has(run));
      this.#inbox = [...waiting.filter(run => this.#timersDue.has(run)), ...others];
      this.#inboxHead = 0;
    }
    this.#timersDue.clear();
  }

  get #waiting(): number {
    return this.#inbox.length - this.#inboxHead;
  }

  /** Sees to it that the waiting turns get an event: this one, or one of their own when the process is free again. */
  #schedule(): void {
    if (this.#scheduled || this.#state !== "alive" || this.#waiting === 0) return;
    this.#scheduled = true;
    const { kernel } = this;
    if (kernel.deviceActs && kernel.nowUs >= this.#busyUntilUs) kernel.makeReady(this);
    else kernel.at(Math.max(this.#busyUntilUs, kernel.nowUs), this.owner, this.#wake);
  }
}

/** What a small handler costs a modern processor. */
const TURN_COST_US = 10;
