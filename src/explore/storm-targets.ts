import { slotsNeeded, type Topology } from "../world/case.ts";
import type { FaultKind } from "../world/fault.ts";
import type { Dice } from "./dice.ts";
import type { Pilot } from "./pilot.ts";
import type { TaskSite } from "./plan.ts";
import type { Profile } from "./profile.ts";

/**
 * Whom a fault of a storm meets. It owns the choice of roles, links and subtasks, with a lean to those that are busy;
 * which faults fall is storm.ts's.
 */
export interface StormGround {
  readonly profile: Profile;
  readonly kinds: readonly FaultKind[];
  readonly topology: Topology;
  /** An author's own services: targets by their names. */
  readonly services: readonly string[];
  readonly pilot: Pilot;
}

export function processOf(dice: Dice, ground: StormGround, actor: string | undefined, first: boolean): string {
  if (first) return dice.chance(850) ? busyWorkerOf(dice, ground) : jobManagerOf(dice, ground);
  if (actor !== undefined && actor !== "" && dice.chance(400)) return actor;
  return dice.weighted<string>([
    [50, workerOf(dice, ground, actor)],
    [20, jobManagerOf(dice, ground)],
    [12, storageOf(dice, ground)],
    [9, "broker"],
    [9, "coord"],
    ...ground.services.map(service => [OWN_SERVICE, service] as const),
  ]);
}

/** An author's own service is the newest code of the cluster, and what the storm is there to try: as likely as a leader. */
const OWN_SERVICE = 25;

export function workerOf(dice: Dice, { topology }: StormGround, actor: string | undefined): string {
  if (actor?.startsWith("tm") === true && dice.chance(600)) return actor;
  return `tm${dice.between(0, topology.workers - 1)}`;
}

/** Slots are filled worker by worker: the last ones may have nothing to do, and nobody misses them. */
export function busyWorkerOf(dice: Dice, { topology }: StormGround): string {
  const busy = Math.ceil(slotsNeeded(topology) / topology.slotsPerWorker);
  return `tm${dice.between(0, Math.min(busy, topology.workers) - 1)}`;
}

export function jobManagerOf(dice: Dice, { topology }: StormGround): string {
  return `jm${dice.between(0, topology.jobManagers - 1)}`;
}

/** One to all but one of the roles that a cluster has, and the others. */
export function groupsOf(dice: Dice, { topology, services }: StormGround): readonly [string[], string[]] {
  const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const roles = [
    ...numbered("tm", topology.workers),
    ...numbered("jm", topology.jobManagers),
    ...numbered("dfs", topology.storageNodes),
    "broker",
    "coord",
    ...services,
  ];
  const some = dice.subset(roles);
  if (some.length === roles.length) some.pop();
  if (some.length === 0) some.push(dice.pick(roles));
  return [some, roles.filter(role => !some.includes(role))];
}

export function storageOf(dice: Dice, { topology }: StormGround): string {
  return `dfs${dice.between(0, topology.storageNodes - 1)}`;
}

export function diskOwnerOf(dice: Dice, ground: StormGround): string {
  return dice.weighted<string>([
    [60, storageOf(dice, ground)],
    [25, "broker"],
    [15, "coord"],
    ...ground.services.map(service => [OWN_SERVICE, service] as const),
  ]);
}

/** Sources and sinks alone have snapshots, notifications and what is restored; every operator has records. */
export function siteOf(dice: Dice): TaskSite {
  return dice.weighted<TaskSite>([
    [60, "record"],
    [8, "open"],
    [6, "restore"],
    [8, "snapshot"],
    [8, "snapshot-async"],
    [8, "notify"],
    [2, "close"],
  ]);
}

/** Pairs that talk to each other in a running job, either direction. */
export function linkOf(dice: Dice, ground: StormGround): string {
  const worker = workerOf(dice, ground, undefined);
  const other = dice.weighted<string>([
    [30, workerOf(dice, ground, undefined)],
    [25, jobManagerOf(dice, ground)],
    [20, "broker"],
    [15, storageOf(dice, ground)],
    [10, "coord"],
    ...ground.services.map(service => [OWN_SERVICE, service] as const),
  ]);
  const pair =
    other === worker || other === "coord"
      ? [jobManagerOf(dice, ground), other === worker ? worker : other]
      : [worker, other];
  return dice.chance(500) ? `${pair[0]}>${pair[1]}` : `${pair[1]}>${pair[0]}`;
}

export function subtaskOf(dice: Dice, { pilot, topology }: StormGround): string {
  return pilot.subtasks.length === 0 ? "source[0]" : subtaskWithin(dice.pick(pilot.subtasks), topology.parallelism);
}

/** A subtask that writes to the outside, where the pilot had one. */
export function sinkOf(dice: Dice, ground: StormGround): string {
  const { pilot, topology } = ground;
  const sinks = [
    ...new Set(pilot.moments.flatMap(({ event, subtask }) => (event === "sink.precommit" ? subtask! : []))),
  ];
  return sinks.length === 0 ? subtaskOf(dice, ground) : subtaskWithin(dice.pick(sinks), topology.parallelism);
}

/** The pilot may have run with more subtasks than this case has. */
export function subtaskWithin(subtask: string, parallelism: number): string {
  const parts = /^(.*)\[(\d+)\]$/.exec(subtask);
  return parts === null ? subtask : `${parts[1]}[${Number(parts[2]) % parallelism}]`;
}
