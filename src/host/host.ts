import type { Disk } from "./disk.ts";
import type { HostEvent } from "./event.ts";
import type { Net } from "./net.ts";

/**
 * The port: everything that a process may ask of its machine, and all that it gets. It owns the words; the real
 * machine (host/node) and the simulated one (sim) own the two implementations, and one conformance suite holds
 * them equal.
 *
 * Every call on the port is a crash point in simulation: a killed process stops *before* the call. The calls of a
 * dead incarnation do nothing and its promises never settle.
 */
export interface Host {
  /** The role that this process plays: `jm0`, `tm1`, `dfs2`. The same token stands in logs, plans and reports. */
  readonly role: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly disk: Disk;
  readonly net: Net;
  /** Calls `fire` once, no earlier than `delayMs` (integer, ≥ 0) from now on the monotonic clock. */
  timer(delayMs: number, fire: () => void): Timer;
  /** Reports what the process does, as a typed event: the journal in simulation, log and metrics on a real machine. */
  emit(event: HostEvent): void;
  /**
   * Says that the handler which is running has cost this much processor time. In simulation later events of this
   * process wait for it; on a real machine the time has passed already and the call does nothing.
   */
  work(costUs: number): void;
  /** Ends the process at once. Nothing after it takes effect. */
  exit(code: number): void;
}

/** Both clocks speak in milliseconds, whole numbers. */
export interface Clock {
  /** Wall clock: milliseconds since 1970; may jump and drift. */
  now(): number;
  /** Never goes back; its zero means nothing. */
  monotonic(): number;
}

export interface Timer {
  /** After this returns the timer does not fire. Cancelling twice, or after it fired, does nothing. */
  cancel(): void;
}

export interface RandomSource {
  /** Uniform over 0 … 2³²−1. */
  uint32(): number;
  /** Uniform over 0 … n−1; n is a whole number from 1 to 2³². */
  below(n: number): number;
}

/** A program that a machine can start: it builds everything anew from its host; nothing survives in module state. */
export type Main = (host: Host) => void;
