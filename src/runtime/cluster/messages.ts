import { RpcFault } from "../../rpc/rpc-error.ts";
import { subtaskSnapshot } from "../checkpoint/metadata.ts";
import { jobReference } from "../checkpoint/coordination-keys.ts";
import {
  anything,
  flag,
  integer,
  listOf,
  MalformedData,
  oneOf,
  optional,
  record,
  text,
  type Check,
} from "../checkpoint/plain-data.ts";
import type {
  DeclineReason,
  EnumeratorEvent,
  ReaderEvent,
  SubtaskSnapshot,
  TaskDeployment,
} from "../task/task-contract.ts";

/**
 * What job manager and workers say to each other. It owns the bodies and their checks, and no behaviour.
 *
 * Every body carries `token`, the fencing token of the term in which it was said, and `worker`, the registration it
 * belongs to: a message of another term or of an earlier life is refused by whoever gets it.
 */
export interface Fenced {
  readonly token: number;
  /** A registration of a worker, fresh each time it registers. */
  readonly worker: string;
}

/** `worker.register`, worker → job manager. */
export interface RegisterWorker extends Fenced {
  readonly role: string;
  readonly address: string;
  readonly dataAddress: string;
  readonly slots: number;
}

/** `worker.heartbeat`, worker → job manager: its subtasks, so that a lost `task.state` heals itself. */
export interface Heartbeat extends Fenced {
  /** Attempts up to this one are cancelled here: one that is not listed is gone. */
  readonly canceledUpTo: number;
  readonly tasks: readonly TaskReport[];
}

/** The answer to a heartbeat: what the worker may have missed. */
export interface HeartbeatReply {
  /** Subtasks of older attempts are to be cancelled. */
  readonly attemptMin: number;
  /** The newest completed checkpoint of the running attempt, 0 for none. */
  readonly completed: number;
}

export interface TaskReport {
  readonly execution: string;
  readonly state: TaskState;
  readonly cause?: string;
  /** Of a failure: no restart mends it. */
  readonly forGood?: boolean;
}

/** `ended` says that all input was processed and the subtask waits for the checkpoint that commits its last epoch. */
export type TaskState = "deploying" | "running" | "ended" | "finished" | "failed" | "canceled";

/** `task.state`, worker → job manager, one way. */
export type TaskStateChanged = Fenced & TaskReport;

/** `task.deploy`, job manager → worker. */
export interface DeployTasks extends Fenced {
  readonly attempt: number;
  readonly tasks: readonly TaskDeployment[];
}

/** `task.cancel`, job manager → worker: all subtasks of attempts up to this one, now and for ever. */
export interface CancelTasks extends Fenced {
  readonly attempt: number;
}

/** The answer to `task.cancel`: who has not let go yet. */
export interface CancelReply {
  readonly remaining: readonly string[];
}

/** `checkpoint.trigger`, job manager → worker. */
export interface TriggerCheckpoint extends Fenced {
  readonly checkpoint: number;
  readonly timestampMs: number;
  readonly executions: readonly string[];
}

/** `checkpoint.complete` and `checkpoint.abort`, job manager → worker, one way. */
export interface CheckpointEnded extends Fenced {
  readonly attempt: number;
  readonly checkpoint: number;
}

/** `checkpoint.acknowledge`, worker → job manager, one way. */
export interface AcknowledgeCheckpoint extends Fenced {
  readonly execution: string;
  readonly checkpoint: number;
  readonly snapshot: SubtaskSnapshot;
}

/** `checkpoint.decline`, worker → job manager, one way. */
export interface DeclineCheckpoint extends Fenced {
  readonly execution: string;
  readonly checkpoint: number;
  readonly reason: DeclineReason;
}

/** `source.event`, job manager → worker and back. */
export interface SourceEvent<Event> extends Fenced {
  readonly execution: string;
  readonly uid: string;
  readonly event: Event;
}

const fenced = { token: integer, worker: text };

export const registerWorker: Check<RegisterWorker> = record<RegisterWorker>({
  ...fenced,
  role: text,
  address: text,
  dataAddress: text,
  slots: integer,
});

const report = {
  execution: text,
  state: oneOf<TaskState>(["deploying", "running", "ended", "finished", "failed", "canceled"]),
  cause: optional(text),
  forGood: optional(flag),
};

export const heartbeat: Check<Heartbeat> = record<Heartbeat>({
  ...fenced,
  canceledUpTo: integer,
  tasks: listOf(record<TaskReport>(report)),
});

export const heartbeatReply: Check<HeartbeatReply> = record<HeartbeatReply>({
  attemptMin: integer,
  completed: integer,
});

export const taskStateChanged: Check<TaskStateChanged> = record<TaskStateChanged>({ ...fenced, ...report });

const inputEdge = record<TaskDeployment["inputs"][number]>({
  edge: text,
  channels: listOf(record<{ producer: string; address: string }>({ producer: text, address: text })),
});

const outputEdge = record<TaskDeployment["outputs"][number]>({
  edge: text,
  channels: listOf(record<{ consumer: string }>({ consumer: text })),
});

export const deployTasks: Check<DeployTasks> = record<DeployTasks>({
  ...fenced,
  attempt: integer,
  tasks: listOf(
    record<TaskDeployment>({
      job: jobReference,
      execution: text,
      vertex: text,
      subtask: integer,
      attempt: integer,
      parallelism: integer,
      maxParallelism: integer,
      restoredCheckpoint: integer,
      inputs: listOf(inputEdge),
      outputs: listOf(outputEdge),
      restore: listOf(subtaskSnapshot),
    }),
  ),
});

export const cancelTasks: Check<CancelTasks> = record<CancelTasks>({ ...fenced, attempt: integer });

export const cancelReply: Check<CancelReply> = record<CancelReply>({ remaining: listOf(text) });

export const triggerCheckpoint: Check<TriggerCheckpoint> = record<TriggerCheckpoint>({
  ...fenced,
  checkpoint: integer,
  timestampMs: integer,
  executions: listOf(text),
});

export const checkpointEnded: Check<CheckpointEnded> = record<CheckpointEnded>({
  ...fenced,
  attempt: integer,
  checkpoint: integer,
});

export const acknowledgeCheckpoint: Check<AcknowledgeCheckpoint> = record<AcknowledgeCheckpoint>({
  ...fenced,
  execution: text,
  checkpoint: integer,
  snapshot: subtaskSnapshot,
});

export const declineCheckpoint: Check<DeclineCheckpoint> = record<DeclineCheckpoint>({
  ...fenced,
  execution: text,
  checkpoint: integer,
  reason: oneOf<DeclineReason>(["task-not-running", "snapshot-failed", "alignment-cancelled", "task-finishing"]),
});

/** Splits are the source's own data; the event around them is ours. */
export const enumeratorEvent: Check<SourceEvent<EnumeratorEvent>> = record<SourceEvent<EnumeratorEvent>>({
  ...fenced,
  execution: text,
  uid: text,
  event: (value, path) => {
    const kind = oneOf(["assign-splits", "no-more-splits"])((value as { kind?: unknown } | null)?.kind, `${path}.kind`);
    if (kind === "assign-splits") record<{ splits: readonly unknown[] }>({ splits: listOf(anything) })(value, path);
    return value as EnumeratorEvent;
  },
});

export const readerEvent: Check<SourceEvent<ReaderEvent>> = record<SourceEvent<ReaderEvent>>({
  ...fenced,
  execution: text,
  uid: text,
  event: record<ReaderEvent>({ kind: oneOf(["request-split"]) }),
});

/** Checks the body of a request: what does not fit is refused with the fault `malformed`, and changes nothing. */
export function accept<T>(check: Check<T>, body: unknown, method: string): T {
  try {
    return check(body, method);
  } catch (error) {
    if (error instanceof MalformedData) throw new RpcFault("malformed", error.message);
    throw error;
  }
}
