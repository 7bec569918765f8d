import type { Disk } from "../disk.ts";

/** One thing that a program may rely on from any disk; it is given a fresh, empty one. */
export interface DiskCase {
  readonly name: string;
  /** Uses the port in its own turns only, and awaits nothing but the port. */
  run(disk: Disk): Promise<void>;
}
