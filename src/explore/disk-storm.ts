import type { Fault, FaultKind, Trigger } from "../world/fault.ts";
import type { DamageBudget } from "./damage-budget.ts";
import type { Dice } from "./dice.ts";
import { diskOperations } from "./plan.ts";
import { diskOwnerOf, processOf, workerOf, type StormGround } from "./storm-targets.ts";

/**
 * Faults of disks in a storm: how hard they fall and on whom. Durable damage falls within the budget alone; when, and
 * how many, is storm.ts's.
 */
export function diskFault(
  dice: Dice,
  ground: StormGround,
  kind: FaultKind,
  when: Trigger,
  budget: DamageBudget,
): Fault | undefined {
  const owner = (): string => diskOwnerOf(dice, ground);
  switch (kind) {
    case "disk.error":
      return {
        kind,
        target: owner(),
        when,
        params: { operation: dice.pick(diskOperations), times: dice.between(1, 3) },
      };
    case "disk.sync-fails":
      return { kind, target: owner(), when, params: { times: dice.between(1, 2) } };
    case "disk.slow":
      return {
        kind,
        target: owner(),
        when,
        forUs: dice.magnitude(100_000, 2_000_000),
        params: { addUs: dice.magnitude(1_000, 200_000) },
      };
    case "disk.full":
      return {
        kind,
        target: owner(),
        when,
        forUs: dice.magnitude(100_000, 4_000_000),
        params: { freeBytes: dice.pick([0, 1, 700, 5_000]) },
      };
    case "disk.stall":
      return { kind, target: owner(), when, forUs: dice.magnitude(50_000, 4_000_000) };
    case "disk.hang":
      return {
        kind,
        target: owner(),
        when,
        forUs: dice.magnitude(200_000, 4_000_000),
        params: { calls: dice.between(1, 5) },
      };
    default:
      return damage(dice, ground, kind, when, budget);
  }
}

/** Undefined: this cluster cannot bear it. */
function damage(
  dice: Dice,
  ground: StormGround,
  kind: FaultKind,
  when: Trigger,
  budget: DamageBudget,
): Fault | undefined {
  const target = budget.victim(dice, kind);
  if (target === undefined) return undefined;
  switch (kind) {
    case "disk.sync-lies":
      return { kind, target, when, forUs: dice.magnitude(100_000, 4_000_000) };
    case "disk.lost-write":
    case "disk.misdirect":
    case "disk.rot":
    case "disk.latent":
      return { kind, target, when, params: { times: dice.between(1, 8) } };
    case "disk.wipe":
      return { kind, target, when, forUs: dice.magnitude(100_000, 2_000_000) };
    case "disk.swap":
      return {
        kind,
        target,
        when,
        forUs: dice.magnitude(100_000, 2_000_000),
        params: {
          with: otherThan(
            target,
            ground.profile === "beyond" ? processOf(dice, ground, undefined, false) : workerOf(dice, ground, undefined),
          ),
        },
      };
    default:
      return undefined;
  }
}

/** A worker's disk, where a disk was to be swapped with itself: storage nodes and services alone are victims. */
function otherThan(victim: string, other: string): string {
  return other === victim ? "tm0" : other;
}
