import type { JobReference, StoredFile } from "../task/task-contract.ts";
import { anything, integer, listOf, oneOf, optional, record, text, type Check } from "./plain-data.ts";

/**
 * What the runtime keeps in the coordination service: the keys, the values under them and their checks. It owns no
 * order; who writes what, and when, is in cluster/ and checkpoint-store.ts.
 *
 * Every write but the leader key's own is guarded by the leader key's revision, which is the fencing token, and says in
 * `leader` whose it was.
 */
export const leaderKey = "millrace/leader";
export const jobKey = (job: string): string => `millrace/jobs/${job}/job`;
export const countersKey = (job: string): string => `millrace/jobs/${job}/counters`;
export const pointerKey = (job: string): string => `millrace/jobs/${job}/checkpoints`;

/** Who leads. The revision of this key is the fencing token of that leader's term. */
export interface LeaderRecord {
  readonly role: string;
  readonly address: string;
  readonly session: string;
}

/** What became of the job; a terminal state never changes again. */
export interface JobRecord {
  readonly leader: number;
  readonly reference: JobReference;
  readonly state: JobState;
  readonly cause?: string;
}

export type JobState = "running" | "finished" | "failed";

/** Numbers that only grow over the whole lineage; a number is used after the write that took it was applied. */
export interface CountersRecord {
  readonly leader: number;
  /** Execution attempts handed out so far. */
  readonly attempts: number;
  /** Checkpoint ids up to this one are handed out, used or not. */
  readonly checkpoints: number;
}

/** The pointer: the addressable checkpoints, oldest first. A checkpoint is complete exactly when it stands here. */
export interface PointerRecord {
  readonly leader: number;
  /** Where the paths below start: `dfs:///checkpoints/<job>`. */
  readonly storage: string;
  readonly completed: readonly PointedCheckpoint[];
}

export interface PointedCheckpoint {
  readonly checkpoint: number;
  readonly metadata: StoredFile;
}

export const leaderRecord: Check<LeaderRecord> = record<LeaderRecord>({ role: text, address: text, session: text });

export const jobReference: Check<JobReference> = record<JobReference>({
  id: text,
  name: text,
  module: text,
  params: optional(anything),
  graphHash: text,
});

export const jobRecord: Check<JobRecord> = record<JobRecord>({
  leader: integer,
  reference: jobReference,
  state: oneOf(["running", "finished", "failed"]),
  cause: optional(text),
});

export const countersRecord: Check<CountersRecord> = record<CountersRecord>({
  leader: integer,
  attempts: integer,
  checkpoints: integer,
});

export const pointerRecord: Check<PointerRecord> = record<PointerRecord>({
  leader: integer,
  storage: text,
  completed: listOf(
    record<PointedCheckpoint>({
      checkpoint: integer,
      metadata: record<StoredFile>({ path: text, length: integer, crc32c: integer }),
    }),
  ),
});
