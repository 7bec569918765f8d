import type { Fault, FaultKind, Trigger } from "../world/fault.ts";
import { answeredMethods, rpcMethods } from "../world/faults/rpc-methods.ts";
import type { DamageBudget } from "./damage-budget.ts";
import type { Dice } from "./dice.ts";
import {
  jobManagerOf,
  linkOf,
  processOf,
  sinkOf,
  storageOf,
  subtaskOf,
  workerOf,
  type StormGround,
} from "./storm-targets.ts";

/**
 * Faults of a storm beyond the common ones, each within what a cluster can bear. It owns how hard and how long they
 * fall; when, and how many, is storm.ts's.
 */
export function rarerFault(
  dice: Dice,
  ground: StormGround,
  kind: FaultKind,
  when: Trigger,
  actor: string | undefined,
  budget: DamageBudget,
): Fault {
  const role = (): string => processOf(dice, ground, actor, false);
  const way = (): string => (dice.chance(500) ? linkOf(dice, ground) : workerOf(dice, ground, actor));
  // Leaders read the wall clock; others do where a job has timers of processing time.
  const timeTeller = (): string => (dice.chance(600) ? jobManagerOf(dice, ground) : role());
  const forUs = (min: number, max: number): number => dice.magnitude(min, max);
  switch (kind) {
    case "proc.slow":
      return {
        kind,
        target: role(),
        when,
        forUs: forUs(100_000, 2_000_000),
        params: { factor: dice.magnitude(10, 1_000) },
      };
    case "proc.restart":
      return { kind, target: role(), when, params: { afterUs: dice.magnitude(1_000, 200_000) } };
    case "proc.kill-loop":
      return {
        kind,
        target: role(),
        when,
        forUs: forUs(500_000, 4_000_000),
        params: {
          times: dice.between(2, 4),
          downUs: dice.magnitude(10_000, 200_000),
          upUs: dice.magnitude(50_000, 800_000),
        },
      };
    case "rolling.restart":
      return {
        kind,
        target: "site",
        when,
        forUs: 6_000_000,
        params: { downUs: dice.magnitude(10_000, 300_000), everyUs: dice.magnitude(100_000, 600_000) },
      };
    case "machine.remove":
      return { kind, target: budget.removable, when };
    case "machine.add":
      return { kind, target: "site", when };
    case "clock.jump":
      return {
        kind,
        target: timeTeller(),
        when,
        forUs: forUs(100_000, 4_000_000),
        params: { byMs: dice.magnitude(10, 3_600_000) * (dice.chance(500) ? 1 : -1) },
      };
    case "clock.drift":
      return {
        kind,
        target: role(),
        when,
        forUs: forUs(500_000, 6_000_000),
        params: { ppm: dice.magnitude(100, 200_000) * (dice.chance(500) ? 1 : -1) },
      };
    case "clock.freeze":
      return { kind, target: timeTeller(), when, forUs: forUs(100_000, 4_000_000) };
    case "net.slow":
      return { kind, target: way(), when, params: { addUs: dice.magnitude(500, 50_000) } };
    case "net.swizzle":
      return {
        kind,
        target: role(),
        when,
        forUs: forUs(300_000, 3_000_000),
        params: { everyUs: dice.magnitude(5_000, 200_000) },
      };
    case "net.flap":
      return {
        kind,
        target: way(),
        when,
        forUs: forUs(300_000, 4_000_000),
        params: { everyUs: dice.magnitude(5_000, 400_000) },
      };
    case "net.corrupt":
      return {
        kind,
        target: way(),
        when,
        forUs: forUs(100_000, 2_000_000),
        params: { segments: dice.between(1, 3) },
      };
    case "rpc.lose-request":
    case "rpc.lose-reply":
      return {
        kind,
        ...messageOf(dice, ground, kind === "rpc.lose-request" ? "request" : "reply", { times: dice.between(1, 3) }),
        when,
        forUs: forUs(1_000_000, 5_000_000),
      };
    case "rpc.delay": {
      const part = dice.pick(["request", "reply"] as const);
      const params = { part, byUs: dice.magnitude(1_000, 4_000_000), times: dice.between(1, 3) };
      return { kind, ...messageOf(dice, ground, part, params), when, forUs: forUs(1_000_000, 5_000_000) };
    }
    case "broker.retention":
      return { kind, target: "broker", when, params: { keep: dice.magnitude(1, 100) } };
    case "broker.truncate":
      return {
        kind,
        target: "broker",
        when,
        params: { drop: dice.magnitude(1, 100), ...(dice.chance(500) ? {} : { refill: dice.magnitude(1, 200) }) },
      };
    case "broker.expire-transactions":
      return { kind, target: "broker", when };
    case "coord.expire-sessions":
      return { kind, target: "coord", when };
    case "store.errors":
      return {
        kind,
        target: storageOf(dice, ground),
        when,
        forUs: forUs(200_000, 4_000_000),
        params: { perMille: dice.between(100, 1_000) },
      };
    case "store.slow":
      return {
        kind,
        target: storageOf(dice, ground),
        when,
        forUs: forUs(500_000, 5_000_000),
        params: { byUs: dice.magnitude(5_000, 3_000_000) },
      };
    case "store.stale-list":
      // Only a new leader, and a sink that restores, ask for a listing: it begins early and lasts.
      return {
        kind,
        target: storageOf(dice, ground),
        when: dice.chance(300) ? when : { on: { event: "source.first-record" } },
        forUs: forUs(8_000_000, 30_000_000),
        params: { byUs: dice.magnitude(500_000, 10_000_000), perMille: dice.between(300, 1_000) },
      };
    case "store.partial-upload":
      return {
        kind,
        target: storageOf(dice, ground),
        when,
        forUs: forUs(1_000_000, 5_000_000),
        params: { times: dice.between(1, 5) },
      };
    case "task.stuck-cancel":
      // It bites when an attempt is cancelled: most wait for that moment.
      return {
        kind,
        target: sinkOf(dice, ground),
        when: dice.chance(300) ? when : { on: { event: "job.restart" }, ...(dice.chance(700) ? {} : { nth: 2 }) },
        forUs: forUs(1_000_000, 8_000_000),
      };
    case "snapshot.slow":
      return { kind, target: subtaskOf(dice, ground), when, params: { addUs: dice.magnitude(20_000, 3_000_000) } };
    default:
      throw new RangeError(`No storm knows how hard ${kind} may fall.`);
  }
}

/** Messages of operators and of storage nodes among themselves, and those that a job sends once: a trap for them waits in vain. */
const rare: readonly string[] = [
  "broker.create-topic",
  "broker.delete-records",
  "broker.expire-transaction",
  "broker.partitions",
  "broker.truncate",
  "coord.close-session",
  "coord.list-sessions",
  "store.inventory",
];

/** Of an author's own service nobody knows what it answers. */
const OWN_SERVICE_PER_MILLE = 300;

/** A kind of message, and the role that it goes to or comes from in every cluster. */
function messageOf(
  dice: Dice,
  ground: StormGround,
  part: "request" | "reply",
  params: Readonly<Record<string, number | string>>,
): Pick<Fault, "target" | "params"> {
  if (ground.services.length > 0 && dice.chance(OWN_SERVICE_PER_MILLE))
    return { target: dice.pick(ground.services), params: { method: "*", ...params } };
  const method = dice.pick((part === "request" ? rpcMethods : answeredMethods).filter(name => !rare.includes(name)));
  const [service] = method.split(".");
  const target =
    service === "broker" || service === "coord"
      ? service
      : dice.weighted<string>([
          [70, workerOf(dice, ground, undefined)],
          [30, "jm0"],
        ]);
  return { target, params: { method, ...params } };
}
