import type { Effect } from "../effect.ts";

/** An injected fault: its cure, and what it has done so far. */
export interface DiskFault {
  readonly effect: Effect;
  cure(): void;
}
