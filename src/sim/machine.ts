import type { Disk } from "../host/disk.ts";
import type { Incarnation } from "../kernel/process.ts";
import type { MachineClock } from "./clock.ts";
import type { NetStack } from "./net/net-stack.ts";

/** A simulated machine: what its processes share, and what outlives them. Which roles run on it, site.ts knows. */
export interface Machine {
  readonly name: string;
  readonly clock: MachineClock;
  readonly disk: MachineDisk;
  readonly stack: NetStack;
}

/** A disk as its machine sees it; `disk/` has the simulated one. */
export interface MachineDisk {
  port(incarnation: Incarnation, role: string): Disk;
  /** What became of the calls that ran is by the seed. */
  processKilled(incarnation: Incarnation): { readonly callsInFlight: number };
  /** How many un-synced changes survived, and how many did not. */
  powerLoss(): { readonly spared: number; readonly lost: number };
}
