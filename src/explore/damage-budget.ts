import { slotsNeeded, type Topology } from "../world/case.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { faultDevice } from "../world/faults/fault-catalogue.ts";
import type { Dice } from "./dice.ts";

/**
 * How much durable damage a cluster can bear: that of fewer storage nodes than there are replicas of a file. It owns
 * that bound, for plans that are drawn and for those that are made smaller. A node that was damaged counts until the end
 * of the run, as if nothing were ever repaired; services with one copy can bear none.
 *
 * Beyond the budget every node may be damaged, and in half of the cases the services with one copy too.
 */
export class DamageBudget {
  /** The machine that may go for good: one, always the same. What is left has room for the job and for every file. */
  readonly removable: string;
  readonly #topology: Topology;
  readonly #victims: readonly string[];
  readonly #beyond: boolean;

  /** Which nodes may be damaged is drawn once, so that several faults may meet the same one. */
  constructor(dice: Dice, topology: Topology, beyond: boolean) {
    const { storageNodes, replicas, workers, jobManagers, placement } = topology;
    const first = dice.between(0, storageNodes - 1);
    const count = beyond ? storageNodes : replicas - 1;
    const nodes = Array.from({ length: count }, (_, i) => `dfs${(first + i) % storageNodes}`);
    this.#topology = topology;
    this.#beyond = beyond;
    this.#victims = beyond && dice.chance(500) ? [...nodes, "broker", "coord"] : nodes;
    const storage = placement === "spread" && storageNodes > replicas ? nodes : [];
    this.removable = dice.weighted<string>([
      [70, `tm${dice.between(0, workers - 1)}`],
      [jobManagers > 1 ? 15 : 0, `jm${dice.between(0, jobManagers - 1)}`],
      [storage.length > 0 ? 15 : 0, storage[0] ?? ""],
    ]);
  }

  /** A role whose disk may be damaged in this way; undefined where none may. */
  victim(dice: Dice, kind: FaultKind): string | undefined {
    const { placement } = this.#topology;
    if (this.#victims.length === 0) return undefined;
    if (wholeMachine.includes(kind) && placement === "together" && !this.#beyond) return undefined;
    return dice.pick(this.#victims);
  }
}

export function isDamage(kind: FaultKind): boolean {
  return faultDevice(kind).damages === true;
}

/** Whether a correct system owes recovery from what the plan takes away for good from this cluster. */
export function isBearable({
  plan,
  topology,
}: {
  readonly plan: readonly Fault[];
  readonly topology: Topology;
}): boolean {
  const { placement, storageNodes, replicas, workers, slotsPerWorker, jobManagers } = topology;
  const gone = { tm: new Set<number>(), jm: new Set<number>(), dfs: new Set<number>() };
  const damagedNodes = new Set<number>();
  for (const { kind, target, params } of plan) {
    if (!isDamage(kind)) continue;
    const [, name, number] = /^(tm|jm|dfs)(\d+)$/.exec(target) ?? [];
    if (name === undefined) return false;
    const index = Number(number);
    if (kind === "machine.remove" && name === "tm") gone.tm.add(index % workers);
    else if (kind === "machine.remove" && name === "jm") gone.jm.add(index % jobManagers);
    else if (name !== "dfs" || (wholeMachine.includes(kind) && placement === "together")) return false;
    else damagedNodes.add(index % storageNodes);
    if (kind === "machine.remove" && name === "dfs") gone.dfs.add(index % storageNodes);
    if (kind === "disk.swap" && !String(params?.["with"] ?? "tm0").startsWith("tm")) return false;
  }
  return (
    damagedNodes.size < replicas &&
    (gone.dfs.size === 0 || storageNodes - gone.dfs.size >= replicas) &&
    (workers - gone.tm.size) * slotsPerWorker >= slotsNeeded(topology) &&
    gone.jm.size < jobManagers
  );
}

const wholeMachine: readonly FaultKind[] = ["disk.wipe", "disk.swap", "machine.remove"];
