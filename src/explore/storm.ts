import { faultKinds, type EventPattern, type Fault, type FaultKind, type Trigger } from "../world/fault.ts";
import { DamageBudget, isDamage } from "./damage-budget.ts";
import type { Dice } from "./dice.ts";
import { diskFault } from "./disk-storm.ts";
import { recoveryEvents, type Pilot, type PilotMoment } from "./pilot.ts";
import type { Profile } from "./profile.ts";
import { rarerFault } from "./rarer-faults.ts";
import {
  busyWorkerOf,
  groupsOf,
  linkOf,
  processOf,
  siteOf,
  subtaskOf,
  subtaskWithin,
  workerOf,
  type StormGround,
} from "./storm-targets.ts";

/**
 * Random plans that a correct system survives. It owns which faults fall together, on whom and when; the cluster and
 * the settings beneath them are drawn in case-generator.ts.
 *
 * *Swarm* (Groce et al., ISSTA 2012): each case turns about half of the fault kinds off, since kinds that are always
 * all on hide each other's bugs. *Budget*: what was synced is damaged on few enough disks (damage-budget.ts), so that
 * recovery is always owed.
 * Anchors come from a run without faults, so that most faults land in mid-protocol instead of in an idle second.
 */
export function stormPlan(dice: Dice, ground: StormGround): readonly Fault[] {
  const usual = ground.kinds.filter(kind => ground.profile !== "all" || !inputKinds.includes(kind));
  const swarm = usual.length === 0 ? ground.kinds : swarmOf(dice, usual);
  const [least, most] = countOf[ground.profile];
  const count = dice.between(least, most);
  const budget = new DamageBudget(dice, ground.topology, ground.profile === "beyond");
  const plan: Fault[] = [];
  if (usual.length < ground.kinds.length && dice.chance(INPUT_LOSS_PER_MILLE))
    plan.push(inputLoss(dice, ground, budget));
  const forcing = swarm.filter(kind => forcingKinds.includes(kind));
  for (let i = 0; i < count; i++) {
    // The first fault makes most cases recover from a checkpoint in mid-input: a storm that nobody notices tests nothing.
    const kind = i === 0 && forcing.length > 0 && dice.chance(960) ? dice.pick(forcing) : dice.pick(swarm);
    const fault = faultOf(dice, ground, kind, i === 0, budget);
    if (fault !== undefined) plan.push(fault);
  }
  return plan;
}

/** The kinds a profile may use. */
export function kindsOf(profile: Profile): readonly FaultKind[] {
  if (profile === "all") return faultKinds;
  if (profile === "beyond") return [...new Set([...forcingKinds, ...faultKinds.filter(isDamage)])];
  return profile === "light" ? lightKinds : standardKinds;
}

/** No redundancy makes good for them, the input itself is gone, and the job ends with it: few storms have one. */
const inputKinds: readonly FaultKind[] = ["broker.retention", "broker.truncate"];
const INPUT_LOSS_PER_MILLE = 70;

/** Early on, while records are still to be read: then it is missed at the next fetch, or by the next who restores. */
function inputLoss(dice: Dice, ground: StormGround, budget: DamageBudget): Fault {
  const when: Trigger = { on: { event: "checkpoint.complete" }, ...nthOf(dice.between(1, 3)), ...delayOf(dice) };
  const kinds = ground.kinds.filter(kind => inputKinds.includes(kind));
  return rarerFault(dice, ground, dice.pick(kinds), when, undefined, budget);
}

/** What happens to every cluster in a year. */
const lightKinds: readonly FaultKind[] = [
  "proc.kill",
  "proc.pause",
  "machine.power-loss",
  "net.delay",
  "net.hold",
  "net.cut",
  "net.reset",
  "disk.error",
  "disk.slow",
  "task.fail",
];

/** Those of which thousands of storms were played and found survivable; the others are for `all`. */
const standardKinds: readonly FaultKind[] = [
  "proc.kill",
  "proc.pause",
  "machine.power-loss",
  "site.power-loss",
  "net.delay",
  "net.hold",
  "net.cut",
  "net.reset",
  "disk.error",
  "disk.sync-fails",
  "disk.slow",
  "disk.full",
  "task.fail",
  "proc.restart",
  "snapshot.slow",
  "net.flap",
  "net.corrupt",
  "rpc.lose-request",
  "rpc.lose-reply",
  "rpc.delay",
  "clock.jump",
  "coord.expire-sessions",
  "broker.expire-transactions",
];

const countOf: Readonly<Record<Profile, readonly [least: number, most: number]>> = {
  light: [1, 2],
  standard: [2, 6],
  all: [3, 10],
  beyond: [4, 10],
};

/** Faults after which a job in mid-input must restore. */
const forcingKinds: readonly FaultKind[] = [
  "proc.kill",
  "machine.power-loss",
  "site.power-loss",
  "task.fail",
  "proc.pause",
  "net.cut",
];

function swarmOf(dice: Dice, kinds: readonly FaultKind[]): readonly FaultKind[] {
  const on = dice.subset(kinds);
  if (on.length === 0) on.push(dice.pick(kinds));
  if (!on.some(kind => forcingKinds.includes(kind)) && dice.chance(970)) {
    const forcing = kinds.filter(kind => forcingKinds.includes(kind));
    if (forcing.length > 0) on.push(dice.pick(forcing));
  }
  return on;
}

/** Undefined: this cluster cannot bear a fault of that kind. */
function faultOf(
  dice: Dice,
  ground: StormGround,
  kind: FaultKind,
  first: boolean,
  budget: DamageBudget,
): Fault | undefined {
  const moment = momentOf(dice, ground, first);
  const when = moment?.when ?? triggerAtTime(dice, ground.pilot);
  const actor = moment?.role;
  switch (kind) {
    case "proc.kill":
      return {
        kind,
        target: processOf(dice, ground, actor, first),
        when: first ? when : stepped(dice, when),
        forUs: dice.magnitude(50_000, 2_000_000),
      };
    case "machine.power-loss":
      return {
        kind,
        target: processOf(dice, ground, actor, first),
        when: first ? when : stepped(dice, when),
        forUs: dice.magnitude(100_000, 2_000_000),
      };
    case "proc.pause":
      // Half of the pauses outlast the heartbeat time-out: the process comes back as a zombie.
      return {
        kind,
        target: processOf(dice, ground, actor, first),
        when,
        forUs: first ? dice.magnitude(2_000_000, 6_000_000) : dice.magnitude(20_000, 5_000_000),
      };
    case "site.power-loss":
      // All machines in half of them, else some: those that live on meet services and leaders that forgot.
      return {
        kind,
        target: "site",
        when,
        forUs: dice.magnitude(100_000, 1_000_000),
        ...(first || dice.chance(500) ? {} : { params: { roles: groupsOf(dice, ground)[0].join(",") } }),
      };
    case "net.cut":
      return first || dice.chance(500)
        ? {
            kind,
            target: first ? busyWorkerOf(dice, ground) : workerOf(dice, ground, actor),
            when,
            forUs: first ? dice.magnitude(2_000_000, 6_000_000) : dice.magnitude(50_000, 4_000_000),
          }
        : { kind, target: cutOf(dice, ground), when, forUs: dice.magnitude(50_000, 4_000_000) };
    case "net.delay":
      return {
        kind,
        target: linkOf(dice, ground),
        when,
        forUs: dice.magnitude(100_000, 2_000_000),
        params: { addUs: dice.magnitude(1_000, 400_000) },
      };
    case "net.hold":
      return { kind, target: linkOf(dice, ground), when, forUs: dice.magnitude(50_000, 3_000_000) };
    case "net.reset":
      return { kind, target: linkOf(dice, ground), when };
    case "task.fail":
      return { kind, target: subtaskOf(dice, ground), when, params: { site: first ? "record" : siteOf(dice) } };
    default:
      return kind.startsWith("disk.")
        ? diskFault(dice, ground, kind, when, budget)
        : rarerFault(dice, ground, kind, when, actor, budget);
  }
}

/** One direction of a pair, both, or a partition of the whole cluster in two. */
function cutOf(dice: Dice, ground: StormGround): string {
  if (dice.chance(300))
    return groupsOf(dice, ground)
      .map(group => group.join(","))
      .join("<>");
  const link = linkOf(dice, ground);
  return dice.chance(300) ? link.replace(">", "<>") : link;
}

/** An event of the protocol and who did it there in the pilot; undefined: this fault falls at some time instead. */
function momentOf(dice: Dice, ground: StormGround, first: boolean): { when: Trigger; role: string } | undefined {
  const { pilot, topology } = ground;
  if (pilot.moments.length === 0 || dice.chance(first ? 50 : 200)) return undefined;
  if (!first && dice.chance(250)) {
    return {
      when: { on: { event: dice.pick(recoveryEvents) }, ...nthOf(dice.between(1, 4)), ...delayOf(dice) },
      role: "",
    };
  }
  // Whatever the settings, a run has a first checkpoint and goes on after it; many have hardly a second one.
  if (first && dice.chance(500))
    return { when: { on: { event: "checkpoint.complete" }, plusUs: dice.magnitude(10, 100_000) }, role: "" };
  const moment = dice.pick(first ? midInput(pilot) : pilot.moments);
  const on: EventPattern = {
    event: moment.event,
    ...(moment.subtask === undefined ? {} : { subtask: subtaskWithin(moment.subtask, topology.parallelism) }),
  };
  // Counting how often it happened still finds an instant where other settings or a fail-over have moved the ids.
  const when: Trigger =
    moment.checkpoint !== undefined && dice.chance(200)
      ? { on: { ...on, checkpoint: moment.checkpoint }, ...delayOf(dice) }
      : { on, ...nthOf(moment.nth), ...delayOf(dice) };
  return { when, role: moment.role };
}

/** After one checkpoint has completed and well before the end: state is there, and input too. */
function midInput(pilot: Pilot): readonly PilotMoment[] {
  const last = Math.max(2, Math.min(3, Math.floor(pilot.checkpoints / 2)));
  // Acknowledgements are told by both ends: of those the second one may still be the first checkpoint's.
  const among = pilot.moments.filter(({ nth, checkpoint = nth }) => nth >= 2 && checkpoint >= 2 && checkpoint <= last);
  return among.length > 0 ? among : pilot.moments;
}

function delayOf(dice: Dice): { plusUs?: number } {
  return dice.chance(600) ? {} : { plusUs: dice.magnitude(10, 50_000) };
}

function nthOf(nth: number): { nth?: number } {
  return nth === 1 ? {} : { nth };
}

function triggerAtTime(dice: Dice, pilot: Pilot): Trigger {
  // Not to the very end: a case with cheaper records is over sooner than the pilot was.
  const { firstRecordUs, lengthUs } = pilot;
  return { atUs: dice.between(firstRecordUs, firstRecordUs + Math.floor((lengthUs - firstRecordUs) * 0.8)) };
}

/** One kill in eight falls between two port calls of a life instead: points that no event names. */
function stepped(dice: Dice, when: Trigger): Trigger {
  if (!dice.chance(125)) return when;
  return { step: dice.magnitude(10, 600), ...(dice.chance(250) ? { life: 1 } : {}) };
}
