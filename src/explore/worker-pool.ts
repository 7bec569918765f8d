import type { ChildProcess } from "node:child_process";
import type { IndexedRun } from "./case-line.ts";
import { unplayedRun, type Verdict } from "./case-run.ts";
import { autopsyOf } from "./autopsy.ts";
import { forkWorker } from "./own-process.ts";
import type { PilotFlown, WorkerAnswer, WorkerOrder } from "./worker-protocol.ts";

/**
 * Plays cases in several worker processes and gives the runs in index order. It owns who plays which index, what
 * becomes of a worker that dies or stands still, and the end of all of them; what a worker does with an index is the
 * worker script's business (cli/campaign-worker.ts).
 *
 * A worker that dies loses its own case and no other: that case is `broken`, the ones that waited behind it are played
 * by somebody else. A case that keeps the thread longer than `standstillMs` of real time is `stuck`, and its worker ended;
 * it is played once more, traced, to learn its last event. One that comes to an end then has been slow, not stuck: on a
 * machine that does other things, too. It gets a second chance.
 */
export async function* playInProcesses(indices: Iterable<number>, options: PoolOptions): AsyncGenerator<IndexedRun> {
  const pool = new WorkerPool(indices, options);
  try {
    for (;;) {
      const run = await pool.next();
      if (run === undefined) return;
      yield run;
    }
  } finally {
    pool.close();
  }
}

export interface PoolOptions {
  readonly jobs: number;
  /** Module that a worker process runs. */
  readonly script: string;
  /** Sent once to each worker before its first index: plain data. */
  readonly setup: unknown;
  readonly standstillMs: number;
  /** Hears of each pilot that a worker has flown. */
  readonly onPilot?: (flown: PilotFlown) => void;
  /** Ends the iteration at once, whatever the workers are at. */
  readonly abort?: AbortSignal;
}

/** Orders that wait at a worker: it must not stand idle while an answer travels. */
const ordersAhead = 2;

/** A worker that says nothing for so long while it traces a case stands still. */
const QUIET_MS = 5_000;

/** How far the fastest worker may run ahead of the slowest case, per worker. */
const reorderMax = 64;

class WorkerPool {
  readonly #indices: Iterator<number>;
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();
  /** Indices of dead workers, played before new ones. */
  readonly #again: number[] = [];
  /** Assigned and not yet given out, in index order. */
  readonly #order: number[] = [];
  readonly #played = new Map<number, IndexedRun>();
  readonly #secondChances = new Set<number>();
  readonly #pilots: PilotFlown[] = [];
  #exhausted = false;
  #refused: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(indices: Iterable<number>, options: PoolOptions) {
    this.#indices = indices[Symbol.iterator]();
    this.#options = options;
    options.abort?.addEventListener("abort", () => this.#wakeUp(), { once: true });
    for (let i = 0; i < options.jobs; i++) this.#start();
  }

  async next(): Promise<IndexedRun | undefined> {
    for (;;) {
      if (this.#refused !== undefined) throw this.#refused;
      if (this.#options.abort?.aborted === true) return undefined;
      for (const worker of this.#workers) this.#feed(worker);
      const [first] = this.#order;
      if (first === undefined && this.#exhausted) return undefined;
      const run = first === undefined ? undefined : this.#played.get(first);
      if (first !== undefined && run !== undefined) {
        this.#order.shift();
        this.#played.delete(first);
        return run;
      }
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
  }

  close(): void {
    for (const worker of this.#workers) worker.end();
    this.#workers.clear();
  }

  #start(): void {
    const worker = new Worker(this.#options, {
      played: run => {
        this.#played.set(run.index, run);
        this.#wakeUp();
      },
      pilot: flown => {
        this.#pilots.push(flown);
        for (const other of this.#workers) if (other !== worker) other.learn(flown);
        this.#options.onPilot?.(flown);
      },
      refused: message => {
        this.#refused = new Error(message);
        this.#wakeUp();
      },
      died: (lost, verdict) => {
        if (!this.#workers.delete(worker)) return;
        const [own, ...others] = lost;
        if (own !== undefined) void this.#bury(own, verdict);
        this.#again.push(...others);
        this.#start();
        this.#wakeUp();
      },
    });
    for (const flown of this.#pilots) worker.learn(flown);
    this.#workers.add(worker);
  }

  async #bury(index: number, verdict: Verdict): Promise<void> {
    const { script, setup, standstillMs } = this.#options;
    const play = verdict.kind === "stuck";
    const { played, lastEvent } = await autopsyOf(index, {
      script,
      setup,
      play,
      quietMs: Math.min(QUIET_MS, standstillMs),
    });
    if (play && lastEvent === undefined && !this.#secondChances.has(index)) {
      this.#secondChances.add(index);
      this.#again.push(index);
      this.#wakeUp();
      return;
    }
    const told: Verdict = play
      ? {
          kind: "stuck",
          blame: `${verdict.blame}\nIts last event: ${lastEvent ?? "none; played again it came to an end"}.`,
        }
      : verdict;
    this.#played.set(index, {
      index,
      lost: true,
      run: unplayedRun(told),
      ...(played === undefined ? {} : { played }),
    });
    this.#wakeUp();
  }

  #feed(worker: Worker): void {
    while (worker.waiting < ordersAhead && this.#order.length < this.#options.jobs * reorderMax) {
      const index = this.#again.shift() ?? this.#take();
      if (index === undefined) return;
      worker.play(index);
    }
  }

  #take(): number | undefined {
    if (this.#exhausted) return undefined;
    const { done, value } = this.#indices.next();
    if (done === true) {
      this.#exhausted = true;
      return undefined;
    }
    this.#order.push(value);
    return value;
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

interface WorkerEvents {
  readonly played: (run: IndexedRun) => void;
  readonly pilot: (flown: PilotFlown) => void;
  readonly refused: (message: string) => void;
  /** `lost`: the index it was playing, then those that waited. */
  readonly died: (lost: readonly number[], verdict: Verdict) => void;
}

class Worker {
  readonly #process: ChildProcess;
  readonly #waiting: number[] = [];
  readonly #options: PoolOptions;
  #watchdog: NodeJS.Timeout | undefined;
  #ready = false;
  #standsStill = false;

  constructor(options: PoolOptions, events: WorkerEvents) {
    this.#options = options;
    this.#process = forkWorker(options.script);
    this.#send({ kind: "setup", setup: options.setup });
    this.#process.on("message", message => {
      const answer = message as WorkerAnswer;
      if (answer.kind === "refused") return events.refused(answer.message);
      if (answer.kind === "pilot") events.pilot(answer);
      if (answer.kind === "ready") this.#ready = true;
      if (answer.kind === "played") this.#waiting.shift();
      this.#watch();
      if (answer.kind === "played") events.played(answer.run);
    });
    this.#process.once("exit", (code, signal) => {
      clearTimeout(this.#watchdog);
      events.died([...this.#waiting], this.#obituary(code, signal));
    });
    // A send to a worker that is just dying reports here; its exit follows and says all that matters.
    this.#process.on("error", () => {});
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  play(index: number): void {
    this.#waiting.push(index);
    this.#send({ kind: "play", index });
    if (this.#waiting.length === 1) this.#watch();
  }

  learn(flown: PilotFlown): void {
    this.#send(flown);
  }

  end(): void {
    clearTimeout(this.#watchdog);
    this.#process.removeAllListeners();
    this.#process.on("error", () => {});
    this.#process.kill("SIGKILL");
  }

  #send(order: WorkerOrder): void {
    this.#process.send(order);
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    if (!this.#ready || this.#waiting.length === 0) return;
    this.#watchdog = setTimeout(() => {
      this.#standsStill = true;
      this.#process.kill("SIGKILL");
    }, this.#options.standstillMs);
  }

  #obituary(code: number | null, signal: NodeJS.Signals | null): Verdict {
    if (this.#standsStill) {
      return {
        kind: "stuck",
        blame: `the thread stood still for ${this.#options.standstillMs / 1000} s: an endless loop in a function of the job, perhaps.`,
      };
    }
    return {
      kind: "broken",
      reason: `the worker process ended (${signal ?? `code ${code}`}) while it played this case.`,
    };
  }
}
