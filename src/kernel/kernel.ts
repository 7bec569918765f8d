import { Agenda, type Ticket } from "./agenda.ts";
import { contextRepair, drainByMacrotask, drainDefault, drainMicrotasks, drainWorks, type DrainKind } from "./drain.ts";
import { ErrorTrap } from "./error-trap.ts";
import { stage } from "./fence/stage.ts";
import { InvariantBroken } from "./invariant.ts";
import { Journal } from "./journal.ts";
import { Incarnation } from "./process.ts";
import { draw, drawKey } from "./random.ts";
import { laterOnThread, threadMs } from "./real-thread.ts";
import { RealWork } from "./real-work.ts";

/**
 * The kernel runs one world: it pops the earliest event, moves time there, runs it, and repeats. It owns virtual time,
 * whose turn it is, and the end of the run. It does not own the order (agenda.ts), what a process may do (process.ts)
 * or what any event means (sim, world).
 *
 * Time is a whole number of microseconds and never goes back. An event is a device's act, then the turns of the
 * processes that it made ready, first come first served; at most one incarnation is current, and the microtask queue
 * is drained after its turn before anything else happens.
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
  readonly #owners = new Map<string, number>();
  readonly #ownerNames: string[] = [];
  readonly #ownerKeys: number[] = [];
  readonly #ownerCounters: number[] = [];
  readonly #eventsMax: number;
  readonly #untilUs: number;
  readonly #drain: DrainKind;
  readonly #fifo: boolean;
  readonly #trap = new ErrorTrap(error => this.#charge(error));
  readonly #realWork = new RealWork();
  readonly #chargeCurrent = (error: unknown): void => this.#charge(error);
  /** Processes that the event on hand has made ready, in order; the list keeps its length from event to event. */
  readonly #ready: Incarnation[] = [];
  #readyCount = 0;
  #deviceActs = false;
  #nowUs = 0;
  #events = 0;
  /** Errors that nobody caught, so far. */
  #errors = 0;
  #end: KernelEnd | undefined;

  constructor(options: KernelOptions) {
    this.seed = options.seed;
    this.journal = options.journal ?? new Journal();
    this.#eventsMax = options.eventsMax ?? Number.MAX_SAFE_INTEGER;
    this.#untilUs = options.untilUs ?? Number.MAX_SAFE_INTEGER;
    this.#drain = options.drain ?? drainDefault;
    this.#fifo = options.ties === "fifo";
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
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    const owner = this.#ownerNames.push(name) - 1;
    this.#owners.set(name, owner);
    this.#ownerKeys.push(drawKey(this.seed, name));
    this.#ownerCounters.push(0);
    this.journal.introduce(owner, name);
    return owner;
  }

  ownerName(owner: number): string {
    return this.#ownerNames[owner] ?? `owner ${owner}`;
  }

  /** Asks for an event at an instant (not before now). Equal instants are ordered by the owner's next tie. */
  at(atUs: number, owner: number, run: () => void): Ticket {
    if (!Number.isInteger(atUs))
      throw new InvariantBroken("instants are whole microseconds", `${this.ownerName(owner)}: ${atUs}`);
    const counter = this.#ownerCounters[owner]!;
    this.#ownerCounters[owner] = counter + 1;
    const tie = this.#fifo ? 0 : draw(this.#ownerKeys[owner]!, counter);
    return this.#agenda.add(atUs > this.#nowUs ? atUs : this.#nowUs, tie, run);
  }

  cancel(ticket: Ticket): void {
    this.#agenda.cancel(ticket);
  }

  incarnation(role: string, number: number): Incarnation {
    return new Incarnation(this, role, number, this.owner(role));
  }

  /** Whether a device acts now, so that a free process may have its turn in this very event. */
  get deviceActs(): boolean {
    return this.#deviceActs;
  }

  /** The process gets its turns when the device has acted; called by the incarnation and by nobody else. */
  makeReady(incarnation: Incarnation): void {
    this.#ready[this.#readyCount++] = incarnation;
  }

  /** The process dies of an uncaught error, as Node would let it. Errors of the dead are dropped. */
  crash(incarnation: Incarnation, error: unknown): void {
    if (error instanceof InvariantBroken) this.breakRun(error.message, error);
    if (!incarnation.alive) return;
    incarnation.kill();
    try {
      this.onCrash(incarnation, error);
    } catch (ours) {
      // Let go, it would come back as one more error of the process that is dead already, and be dropped.
      this.#breakByError(ours);
    }
  }

  /** Ends the run after the current event: a verdict is reached, or nothing can change any more. */
  stop(): void {
    this.#end ??= { kind: "stopped" };
  }

  /** Ends the run as not to be trusted: the simulator, or the fence around it, was broken. The first reason stays. */
  breakRun(reason: string, error?: unknown): void {
    if (this.#end?.kind !== "broken") this.#end = { kind: "broken", reason, error };
  }

  /** Plays events until the end of the run, in slices between which the thread may do other things. */
  run(): Promise<KernelEnd> {
    if (this.#drain === "macrotask") return this.#runByMacrotasks();
    // Draining at once does not work inside a microtask: a slice is a macrotask, never the continuation of an await.
    return new Promise(resolve => {
      const slice = (): void => {
        this.#runSlice();
        if (this.#end === undefined) laterOnThread(slice);
        else resolve(this.#end);
      };
      laterOnThread(slice);
    });
  }

  #runSlice(): void {
    const endMs = threadMs() + SLICE_MS;
    this.#trap.set();
    this.#realWork.begin();
    try {
      if (!drainWorks(this.#chargeCurrent)) throw new InvariantBroken("a drain drains", "at the start of a slice");
      for (let events = 1; this.#nextEvent(); events++) {
        for (let i = 0; i < this.#readyCount; i++) this.#runTurns(this.#ready[i]!);
        this.#endEvent();
        if (events % EVENTS_PER_LOOK === 0 && threadMs() >= endMs) break;
      }
      this.#checkRealWork("A simulated process");
    } catch (error) {
      this.#abandonEvent(error);
    } finally {
      this.#trap.release();
    }
  }

  #runTurns(incarnation: Incarnation): void {
    for (let turn = incarnation.firstTurn(); turn !== undefined; turn = incarnation.nextTurn()) {
      this.#beginTurn(incarnation, turn);
      drainMicrotasks(this.#chargeCurrent);
      this.#endTurn();
      if (this.journal.recording) this.#checkRealWork(incarnation.role);
    }
  }

  async #runByMacrotasks(): Promise<KernelEnd> {
    try {
      for (let events = 1; this.#nextEvent(); events++) {
        for (let i = 0; i < this.#readyCount; i++) {
          const incarnation = this.#ready[i]!;
          for (let turn = incarnation.firstTurn(); turn !== undefined; turn = incarnation.nextTurn()) {
            await this.#turnByMacrotask(incarnation, turn);
          }
        }
        this.#endEvent();
        if (events % EVENTS_PER_LOOK === 0) await new Promise<void>(laterOnThread);
      }
    } catch (error) {
      this.#abandonEvent(error);
    }
    return this.#end!;
  }

  #turnByMacrotask(incarnation: Incarnation, turn: () => void): Promise<void> {
    return new Promise(resolve => {
      drainByMacrotask(
        () => {
          this.#trap.set();
          this.#realWork.begin();
          this.#beginTurn(incarnation, turn);
        },
        () => this.#errors,
        () => {
          this.#endTurn();
          this.#checkRealWork(incarnation.role);
          this.#trap.release();
          resolve();
        },
      );
    });
  }

  /** Runs the next event's device; false at the end of the run. */
  #nextEvent(): boolean {
    if (this.#end !== undefined) return false;
    const act = this.#agenda.take();
    if (act === undefined) this.#end = { kind: "idle" };
    else if (this.#agenda.takenAtUs > this.#untilUs) this.#end = { kind: "exhausted", budget: "time" };
    else if (this.#events >= this.#eventsMax) this.#end = { kind: "exhausted", budget: "events" };
    else {
      this.#nowUs = this.#agenda.takenAtUs;
      this.#events++;
      this.#deviceActs = true;
      act();
      this.#deviceActs = false;
      return true;
    }
    return false;
  }

  #endEvent(): void {
    this.#readyCount = 0;
    this.onStep?.();
  }

  #beginTurn(incarnation: Incarnation, turn: () => void): void {
    this.current = incarnation;
    stage.process = incarnation;
    try {
      turn();
    } catch (error) {
      this.crash(incarnation, error);
    }
  }

  #endTurn(): void {
    this.current = undefined;
    stage.process = undefined;
  }

  /** An error that nobody caught, in a job of the turn on hand. */
  #charge(error: unknown): void {
    if (error === contextRepair) return;
    this.#errors++;
    if (this.current === undefined) this.#breakByError(error);
    else this.crash(this.current, error);
  }

  /** An error of a device, or of the kernel: nobody is left on stage. */
  #abandonEvent(error: unknown): void {
    this.#deviceActs = false;
    this.#endTurn();
    this.#breakByError(error);
  }

  #breakByError(error: unknown): void {
    this.breakRun(error instanceof Error ? `${error.name}: ${error.message}` : String(error), error);
  }

  #checkRealWork(who: string): void {
    const [started] = this.#realWork.started();
    if (started === undefined) return;
    this.breakRun(
      `${who} set real work going (${started}), such as a native call or a file that it had opened before: do it before the run.`,
    );
  }
}

export interface KernelOptions {
  readonly seed: string;
  readonly journal?: Journal;
  /** Budget of events. */
  readonly eventsMax?: number;
  /** Budget of virtual time: an event beyond it ends the run. */
  readonly untilUs?: number;
  /** How turns are drained; the digest is the same either way. */
  readonly drain?: DrainKind;
  /** `fifo`: events of one instant keep the order in which they were asked for; else the seed draws one. */
  readonly ties?: "fifo";
}

export type KernelEnd =
  | { readonly kind: "stopped" }
  /** Nothing is left to happen. */
  | { readonly kind: "idle" }
  | { readonly kind: "exhausted"; readonly budget: "events" | "time" }
  | { readonly kind: "broken"; readonly reason: string; readonly error?: unknown };

/** The thread stays responsive to signals, to a test runner and to the parent of a worker process. */
const SLICE_MS = 10;
/** A look at the real clock costs about 40 ns, an event about 1 µs: 64 events make it vanish and stay far below a slice. */
const EVENTS_PER_LOOK = 64;
