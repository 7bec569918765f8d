import type { LogPosition } from "../../services/write-ahead-log.ts";

/** What a log source's enumerator and its readers share: a partition, and how far it was read. Part of the format of checkpoints. */
export interface LogSplit {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read. */
  readonly position: number;
  /** The log's epoch when the records before the position were read, or the end was found: what was truncated since is noticed. */
  readonly epoch?: number;
  /** How far the reader had seen the broker's log: one that was wiped, or has lost its end, is not read on from. */
  readonly log?: LogPosition;
  /** Bounded: the split ends before this offset. */
  readonly end?: number;
}
