import type { Case } from "../world/case.ts";
import type { CasePlayer, CaseRun } from "./case-run.ts";

/**
 * What a run of the scenario without any fault looks like: how long it lasts and which protocol events it meets, so
 * that a storm can aim at the middle of the protocol instead of at the clock. It is a function of the scenario alone.
 */
export interface Pilot {
  readonly lengthUs: number;
  /** Events with a checkpoint or a subtask, in order, without the first checkpoint's forerunners. */
  readonly moments: readonly PilotMoment[];
  /** Checkpoints that completed. */
  readonly checkpoints: number;
  /** Names of subtasks that ran: `count[1]`. */
  readonly subtasks: readonly string[];
  /** Port calls are not recorded one by one; this is how many events the run took, as a scale for steps. */
  readonly events: number;
}

export interface PilotMoment {
  readonly event: string;
  readonly role: string;
  readonly subtask?: string;
  readonly checkpoint?: number;
}

/** Protocol events that faults are anchored to; others (heartbeats, state changes) mark no step of a protocol. */
export const protocolEvents: readonly string[] = [
  "checkpoint.trigger",
  "barrier.arrive",
  "barrier.align",
  "snapshot.sync",
  "snapshot.upload",
  "sink.precommit",
  "checkpoint.ack",
  "metadata.write",
  "checkpoint.complete",
  "commit.notify",
  "sink.commit",
];

/** Events of a recovery: they only happen once something has failed. */
export const recoveryEvents: readonly string[] = [
  "task.failed",
  "job.restart",
  "task.restore",
  "task.running",
  "leader.elect",
];

/** A scenario that fails even without a fault gives a short pilot; its cases then fail as well, and shrink to no fault. */
export async function flyPilot(calm: Case, player: CasePlayer): Promise<Pilot> {
  return pilotOf(await player.play({ ...calm, plan: [] }, { record: true }));
}

export function pilotOf(run: CaseRun): Pilot {
  const moments: PilotMoment[] = [];
  const subtasks = new Set<string>();
  let checkpoints = 0;
  for (const { owner, what, detail } of run.entries) {
    if (typeof detail?.["subtask"] === "string") subtasks.add(detail["subtask"]);
    if (what === "checkpoint.complete") checkpoints++;
    if (protocolEvents.includes(what)) moments.push(momentOf(owner, what, detail));
  }
  return {
    lengthUs: Math.max(1_000, run.activeSimulatedMs * 1000),
    moments,
    checkpoints,
    subtasks: [...subtasks].sort(),
    events: run.events,
  };
}

function momentOf(role: string, event: string, detail: Readonly<Record<string, unknown>> | undefined): PilotMoment {
  const { subtask, checkpoint } = detail ?? {};
  return {
    event,
    role,
    ...(typeof subtask === "string" ? { subtask } : {}),
    ...(typeof checkpoint === "number" ? { checkpoint } : {}),
  };
}
