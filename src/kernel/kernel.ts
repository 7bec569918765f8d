import { Agenda, type Ticket } from "./agenda.ts";
import { drainMicrotasks } from "./drain.ts";
import { Journal } from "./journal.ts";
import { Incarnation } from "./process.ts";
import { draw, drawKey } from "./random.ts";

/**
 * The kernel runs one world: it pops the earliest event, moves time there, runs it, and repeats. It owns virtual time,
 * whose turn it is, and the end of the run. It does not own the order (agenda.ts), what a process may do (process.ts)
 * or what any event means (sim, world).
 *
 * Time is a whole number of microseconds and never goes back. At most one incarnation is current; after its turn the
 * microtask queue is drained before anything else happens.
 */
export class Kernel {
  readonly seed: string;
  readonly journal: Journal;
  /** The incarnation whose turn it is; undefined while a device acts. */
  current: Incarnation | undefined;
  /** What a process's uncaught error or rejection does; the world decides who is told and who restarts. */
  onCrash: (incarnation: Incarnation, error: unknown) => void = () => {};
  /** Called after every event, for oracles that look at each step. */
  onStep: (() => void) | undefined;
  readonly #agenda = new Agenda();
  readonly #ownerCounters: number[] = [];
  readonly #ownerKeys: number[] = [];
  readonly #ownerNames: string[] = [];
  #nowUs = 0;
  #events = 0;
  #end: KernelEnd | undefined;
  readonly #eventsMax: number;
  readonly #untilUs: number;

  constructor(options: { readonly seed: string; readonly journal?: Journal; readonly eventsMax?: number; readonly untilUs?: number }) {
    this.seed = options.seed;
    this.journal = options.journal ?? new Journal();
    this.#eventsMax = options.eventsMax ?? Number.MAX_SAFE_INTEGER;
    this.#untilUs = options.untilUs ?? Number.MAX_SAFE_INTEGER;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** A number for a role, link or device, by which its events are tied and journalled; the same name, the same number. */
  owner(name: string): number {
    const known = this.#ownerNames.indexOf(name);
    if (known >= 0) return known;
    this.#ownerKeys.push(drawKey(this.seed, name));
    this.#ownerCounters.push(0);
    return this.#ownerNames.push(name) - 1;
  }

  ownerName(owner: number): string {
    return this.#ownerNames[owner] ?? `owner ${owner}`;
  }

  /** Asks for an event at an instant (not before now). Equal instants are ordered by the owner's next seeded tie. */
  at(atUs: number, owner: number, run: () => void): Ticket {
    const counter = this.#ownerCounters[owner]!;
    this.#ownerCounters[owner] = counter + 1;
    return this.#agenda.add(atUs > this.#nowUs ? atUs : this.#nowUs, draw(this.#ownerKeys[owner]!, counter), run);
  }

  cancel(ticket: Ticket): void {
    this.#agenda.cancel(ticket);
  }

  incarnation(role: string, number: number): Incarnation {
    return new Incarnation(this, role, number, this.owner(role));
  }

  /** Runs one turn of a process, with its microtasks; called by the incarnation and by nobody else. */
  runTurn(incarnation: Incarnation, run: () => void): void {
    this.current = incarnation;
    try {
      run();
    } catch (error) {
      this.crash(incarnation, error);
    }
    drainMicrotasks(error => this.crash(incarnation, error));
    this.current = undefined;
  }

  /** The process dies of an uncaught error, as Node would let it. Errors of the dead are dropped. */
  crash(incarnation: Incarnation, error: unknown): void {
    if (!incarnation.alive) return;
    incarnation.kill();
    this.onCrash(incarnation, error);
  }

  /** Ends the run after the current event: a verdict is reached, or nothing can change any more. */
  stop(): void {
    this.#end ??= { kind: "stopped" };
  }

  /** Ends the run as not to be trusted: the simulator, or the fence around it, was broken. */
  breakRun(reason: string): void {
    if (this.#end?.kind !== "broken") this.#end = { kind: "broken", reason };
  }

  /** Plays events until the end of the run. */
  async run(): Promise<KernelEnd> {
    // Draining synchronously only works outside of microtasks, so a run starts from a macrotask.
    await new Promise<void>(resolve => setImmediate(resolve));
    for (;;) {
      const end = this.#runSlice(SLICE_EVENTS);
      if (end !== undefined) return end;
      await new Promise<void>(resolve => setImmediate(resolve));
    }
  }

  #runSlice(eventsMax: number): KernelEnd | undefined {
    for (let i = 0; i < eventsMax; i++) {
      if (this.#end !== undefined) return this.#end;
      const run = this.#agenda.take();
      if (run === undefined) return { kind: "idle" };
      if (this.#agenda.takenAtUs > this.#untilUs || this.#events >= this.#eventsMax) return { kind: "exhausted" };
      this.#nowUs = this.#agenda.takenAtUs;
      this.#events++;
      run();
      this.onStep?.();
    }
    return undefined;
  }
}

export type KernelEnd =
  | { readonly kind: "stopped" }
  /** Nothing is left to happen. */
  | { readonly kind: "idle" }
  /** The budget of events or of virtual time is used up. */
  | { readonly kind: "exhausted" }
  | { readonly kind: "broken"; readonly reason: string };

/** About 10 ms of events: the thread stays responsive to signals and to the parent of a worker process. */
const SLICE_EVENTS = 4096;
