import type { Ticket } from "./agenda.ts";
import type { Journal } from "./journal.ts";

/**
 * What a process sees of the kernel that runs it. The kernel makes processes and gives them their turns; they know it by
 * these words alone, so that neither file needs the other.
 */
export interface ProcessKernel {
  readonly seed: string;
  readonly journal: Journal;
  readonly nowUs: number;
  /** The process whose turn it is. */
  readonly current: RunProcess | undefined;
  /** A device acts now, so that a free process may have its turn in this very event. */
  readonly deviceActs: boolean;
  at(atUs: number, owner: number, run: () => void): Ticket;
  cancel(ticket: Ticket): void;
  makeReady(process: RunProcess): void;
  breakRun(reason: string, error?: unknown): void;
}

/** What the kernel asks of a process that is ready. */
export interface RunProcess {
  readonly role: string;
  /** The first turn of this event; undefined when the process may not act now. */
  firstTurn(): (() => void) | undefined;
  nextTurn(): (() => void) | undefined;
}
