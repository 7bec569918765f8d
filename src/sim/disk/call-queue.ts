import type { Ticket } from "../../kernel/agenda.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { draw } from "../../kernel/random.ts";
import type { DiskOperation } from "./disk-operation.ts";
import type { OpenFile } from "./open-file.ts";

/**
 * The calls of one process that its disk has not answered. It owns when each takes effect, and what a kill makes of it;
 * what the effect is comes with the call.
 *
 * As in Node's thread pool, four calls run at a time and the others wait their turn. The four take effect in the order
 * that their drawn latencies give, so that calls which a process does not await overtake each other.
 */
export class CallQueue {
  readonly #incarnation: Incarnation;
  readonly #key: number;
  readonly #held: (call: DiskCall, resume: () => void) => boolean;
  readonly #latency: (call: DiskCall, drawn: number) => number;
  readonly #perform: (call: DiskCall) => void;
  #running: RunningCall[] = [];
  #waiting: DiskCall[] = [];
  #started = 0;
  #abandoned = false;

  constructor(
    incarnation: Incarnation,
    options: {
      /** Key of this queue's draws: latencies, and outcomes at a kill. */
      readonly key: number;
      /** True: a fault keeps the call, and may let it go on later. */
      readonly held: (call: DiskCall, resume: () => void) => boolean;
      readonly latency: (call: DiskCall, drawn: number) => number;
      readonly perform: (call: DiskCall) => void;
    },
  ) {
    this.#incarnation = incarnation;
    this.#key = options.key;
    this.#held = options.held;
    this.#latency = options.latency;
    this.#perform = options.perform;
  }

  add(call: DiskCall): void {
    if (this.#abandoned) return;
    if (this.#running.length < RUNNING_MAX) this.#start(call);
    else this.#waiting.push(call);
  }

  /**
   * The process dies. Of the calls that run each is done, not done or, for a write, done in part; those that wait are
   * not done. Nobody hears of it, and later calls are void. Returns how many ran.
   */
  abandon(): number {
    const { kernel } = this.#incarnation;
    const running = this.#running;
    this.#abandoned = true;
    this.#running = [];
    this.#waiting = [];
    running.forEach(({ call, ticket }, index) => {
      if (ticket !== undefined) kernel.cancel(ticket);
      const drawn = draw(this.#key, ABANDONED + index);
      if (drawn % 3 === 0) return;
      const write = call.onFile?.write;
      if (drawn % 3 === 1 || write === undefined) this.#perform(call);
      else write.perform((drawn >>> 2) % (write.bytes.length + 1), false);
    });
    return running.length;
  }

  #start(call: DiskCall): void {
    const running: RunningCall = { call, ticket: undefined };
    this.#running.push(running);
    const drawn = draw(this.#key, this.#started++);
    const run = (): void => {
      if (this.#abandoned) return;
      const { kernel, owner } = this.#incarnation;
      const latencyUs = this.#latency(call, drawn);
      running.ticket = kernel.at(kernel.nowUs + latencyUs, owner, () => this.#finish(running));
    };
    // A call that is held keeps its place among the four.
    if (!this.#held(call, run)) run();
  }

  #finish(running: RunningCall): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    this.#perform(running.call);
    running.call.onFile?.finished();
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }
}

export interface DiskCall {
  readonly operation: DiskOperation;
  readonly path: string;
  /** Takes effect and returns the result; throws a DiskError. */
  readonly effect: () => unknown;
  /** What a call on a descriptor adds. */
  readonly onFile: FileCall | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

export interface FileCall {
  readonly file: OpenFile;
  readonly write: WriteCall | undefined;
  /** The call is over, done or failed. */
  finished(): void;
}

/** What a write can be made to do besides taking effect whole. */
export interface WriteCall {
  readonly bytes: Uint8Array;
  /** How much longer it would make the file. */
  growth(): number;
  /** Writes the first `length` bytes; `lost` ones are acknowledged and never kept. */
  perform(length: number, lost: boolean): { readonly bytesWritten: number };
}

interface RunningCall {
  readonly call: DiskCall;
  /** Undefined while a fault holds the call. */
  ticket: Ticket | undefined;
}

/** Threads of libuv's pool. */
const RUNNING_MAX = 4;

/** Counters of the draws at a kill lie beyond those of latencies. */
const ABANDONED = 2 ** 31;
