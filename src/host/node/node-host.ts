import { randomFillSync } from "node:crypto";
import type { Disk } from "../disk.ts";
import type { HostEvent } from "../event.ts";
import type { Clock, Host, RandomSource, Timer } from "../host.ts";
import type { Net } from "../net.ts";
import type { AddressBook } from "./address-book.ts";
import { NodeDisk } from "./node-disk.ts";
import { NodeNet } from "./node-net.ts";

/**
 * The real machine behind the port: TCP, node:fs below a root folder, real timers and clocks, node:crypto. It owns the
 * timers and the end of one process of the cluster; several such processes may live in one OS process.
 *
 * After `exit` or `shutDown` its timers do not fire and its connections are reset: what runs on has no effect on others.
 */
export class NodeHost implements Host {
  readonly role: string;
  readonly clock: Clock = {
    now: () => Date.now(),
    monotonic: () => Math.floor(performance.now()),
  };
  readonly random: RandomSource = new CryptoRandom();
  readonly disk: Disk;
  readonly net: Net;
  readonly #net: NodeNet;
  readonly #emitted: (event: HostEvent) => void;
  readonly #exited: (code: number) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #over = false;

  constructor(options: NodeHostOptions) {
    this.role = options.role;
    this.disk = new NodeDisk(options.root);
    this.#net = new NodeNet(options.addresses);
    this.net = this.#net;
    this.#emitted = options.onEvent ?? (() => {});
    this.#exited = options.onExit ?? (() => {});
  }

  timer(delayMs: number, fire: () => void): Timer {
    if (!Number.isInteger(delayMs) || delayMs < 0) {
      throw new RangeError(`timer(${delayMs}): whole milliseconds, 0 or more, are wanted.`);
    }
    if (this.#over) return { cancel: () => {} };
    return this.#after(delayMs, fire);
  }

  emit(event: HostEvent): void {
    if (!this.#over) this.#emitted(event);
  }

  /** The time has passed already. */
  work(): void {}

  exit(code: number): void {
    if (this.#over) return;
    this.shutDown();
    this.#exited(code);
  }

  /** Ends the process from outside, without a word to `onExit`. */
  shutDown(): void {
    this.#over = true;
    for (const timeout of this.#timers) clearTimeout(timeout);
    this.#timers.clear();
    this.#net.shutDown();
  }

  #after(delayMs: number, fire: () => void): Timer {
    // Node's timers take a millisecond at least; "as soon as others had their turn" must not.
    if (delayMs === 0) {
      const immediate = setImmediate(() => {
        if (!this.#over) fire();
      });
      return { cancel: () => clearImmediate(immediate) };
    }
    const dueMs = performance.now() + delayMs;
    let timeout: NodeJS.Timeout;
    const wait = (ms: number): void => {
      timeout = setTimeout(due, Math.min(ms, TIMEOUT_MS_MAX));
      this.#timers.add(timeout);
    };
    const due = (): void => {
      this.#timers.delete(timeout);
      // Node's timers count whole milliseconds and may be up to one early; the port's never are.
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) wait(Math.ceil(leftMs));
      else fire();
    };
    wait(delayMs);
    return {
      cancel: () => {
        clearTimeout(timeout);
        this.#timers.delete(timeout);
      },
    };
  }
}

export interface NodeHostOptions {
  readonly role: string;
  /** The folder that is `/` for this process; it exists. */
  readonly root: string;
  readonly addresses: AddressBook;
  readonly onEvent?: (event: HostEvent) => void;
  /** The process has ended itself. */
  readonly onExit?: (code: number) => void;
}

class CryptoRandom implements RandomSource {
  readonly #pool = new Uint32Array(256);
  #used = 256;

  uint32(): number {
    if (this.#used === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++]!;
  }

  /** Without modulo bias: draws of the incomplete last block are repeated. */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`below(${n}): a whole number from 1 to 2^32 is wanted.`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }
}

/** The longest delay that setTimeout takes. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
