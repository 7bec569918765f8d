/** What a log source's enumerator and its readers share: a partition, and how far it was read. Part of the format of checkpoints. */
export interface LogSplit {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read. */
  readonly position: number;
  /** The log's epoch when the records before the position were read: what was truncated since is noticed. */
  readonly epoch?: number;
  /** Bounded: the split ends before this offset. */
  readonly end?: number;
}
