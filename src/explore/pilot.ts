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
  /** What a record costs in cases that do not vary it. */
  readonly recordCostUs: number;
  readonly firstRecordUs: number;
}

export interface PilotMoment {
  readonly event: string;
  readonly role: string;
  readonly subtask?: string;
  readonly checkpoint?: number;
  /** How often this event has happened to this subtask by then: 1 is the first time. */
  readonly nth: number;
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

/**
 * Plays the scenario without a fault, twice: the first run tells what a record must cost for the input to last about
 * ten checkpoints, unless the author has fixed it. A shorter run is over before a fault can fall between two of them, a
 * longer one only repeats itself. A scenario that fails even so gives a short pilot; its cases then fail as well, and
 * shrink to no fault.
 */
export async function flyPilot(calm: Case, player: CasePlayer, pace: "fixed" | "free"): Promise<Pilot> {
  const first = await player.play({ ...calm, plan: [] }, { record: true });
  const { knobs } = calm;
  const recordCostUs = pace === "fixed" ? knobs.recordCostUs : pacedCostUs(first, knobs);
  if (recordCostUs === knobs.recordCostUs) return pilotOf(first, recordCostUs);
  const second = await player.play({ ...calm, plan: [], knobs: { ...knobs, recordCostUs } }, { record: true });
  return pilotOf(second, recordCostUs);
}

/**
 * The pilot of a scenario whose plan is fixed: nothing is aimed by it, so that only its pace is of use, and where the
 * author has fixed that too, no run is needed.
 */
export async function flyFixedPlanPilot(calm: Case, player: CasePlayer, pace: "fixed" | "free"): Promise<Pilot> {
  const { knobs } = calm;
  const aimless = { lengthUs: 1_000, moments: [], checkpoints: 0, subtasks: [], firstRecordUs: 0 };
  if (pace === "fixed") return { ...aimless, recordCostUs: knobs.recordCostUs };
  const run = await player.play({ ...calm, plan: [] }, { record: true });
  return { ...aimless, recordCostUs: pacedCostUs(run, knobs) };
}

function pacedCostUs(run: CaseRun, { recordCostUs, checkpointIntervalMs }: Case["knobs"]): number {
  const readingUs = readingTime(run);
  if (readingUs === 0) return recordCostUs;
  const wantedUs = checkpointsWanted * checkpointIntervalMs * 1000;
  return Math.min(50_000, Math.max(50, Math.floor((recordCostUs * wantedUs) / readingUs)));
}

const checkpointsWanted = 10;

/** From the first record read to the end of the job. */
function readingTime(run: CaseRun): number {
  const from = run.entries.find(entry => entry.what === "source.first-record");
  return from === undefined ? 0 : Math.max(0, run.activeSimulatedMs * 1000 - from.atUs);
}

export function pilotOf(run: CaseRun, recordCostUs: number): Pilot {
  const moments: PilotMoment[] = [];
  const subtasks = new Set<string>();
  const times = new Map<string, number>();
  let checkpoints = 0;
  for (const { owner, what, detail } of run.entries) {
    if (typeof detail?.["subtask"] === "string") subtasks.add(detail["subtask"]);
    if (what === "checkpoint.complete") checkpoints++;
    if (!protocolEvents.includes(what)) continue;
    const key = `${what} ${String(detail?.["subtask"])}`;
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    moments.push({ nth, ...momentOf(owner, what, detail) });
  }
  return {
    lengthUs: Math.max(1_000, run.activeSimulatedMs * 1000),
    moments,
    checkpoints,
    subtasks: [...subtasks].sort(),
    recordCostUs,
    firstRecordUs: run.entries.find(entry => entry.what === "source.first-record")?.atUs ?? 0,
  };
}

function momentOf(
  role: string,
  event: string,
  detail: Readonly<Record<string, unknown>> | undefined,
): Omit<PilotMoment, "nth"> {
  const { subtask, checkpoint } = detail ?? {};
  return {
    event,
    role,
    ...(typeof subtask === "string" ? { subtask } : {}),
    ...(typeof checkpoint === "number" ? { checkpoint } : {}),
  };
}
