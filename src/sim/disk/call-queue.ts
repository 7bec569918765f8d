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
      readonly latency: (call: DiskCall, drawn: number) => number;
      readonly perform: (call: DiskCall) => void;
    },
  ) {
    this.#incarnation = incarnation;
    this.#key = options.key;
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
      kernel.cancel(ticket);
      const drawn = draw(this.#key, ABANDONED + index);
      if (drawn % 3 === 0) return;
      const part = call.onFile?.performPart;
      if (drawn % 3 === 1 || part === undefined) this.#perform(call);
      else part(drawn >>> 2);
    });
    return running.length;
  }

  #start(call: DiskCall): void {
    const { kernel, owner } = this.#incarnation;
    const latencyUs = this.#latency(call, draw(this.#key, this.#started++));
    const running: RunningCall = {
      call,
      ticket: kernel.at(kernel.nowUs + latencyUs, owner, () => this.#finish(running)),
    };
    this.#running.push(running);
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
  /** The bytes of a write, for the digest. */
  readonly bytes: Uint8Array | undefined;
  /** Takes effect in part, for a write that a kill cuts short; `drawn` chooses how much. */
  readonly performPart: ((drawn: number) => void) | undefined;
  /** The call is over, done or failed. */
  finished(): void;
}

interface RunningCall {
  readonly call: DiskCall;
  readonly ticket: Ticket;
}

/** Threads of libuv's pool. */
const RUNNING_MAX = 4;

/** Counters of the draws at a kill lie beyond those of latencies. */
const ABANDONED = 2 ** 31;
