import type { Topology } from "../world/case.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { faultDevice } from "../world/faults/fault-catalogue.ts";
import type { Dice } from "./dice.ts";

/**
 * How much durable damage a cluster can bear: that of fewer storage nodes than there are replicas of a file. It owns
 * that bound, for plans that are drawn and for those that are made smaller. A node that was damaged counts until the end
 * of the run, as if nothing were ever repaired; services with one copy can bear none.
 */
export class DamageBudget {
  readonly #topology: Topology;
  readonly #victims: readonly string[];

  /** Which nodes may be damaged is drawn once, so that several faults may meet the same one. */
  constructor(dice: Dice, topology: Topology, beyond: boolean) {
    const { storageNodes, replicas } = topology;
    const first = dice.between(0, storageNodes - 1);
    const count = beyond ? storageNodes : replicas - 1;
    this.#topology = topology;
    this.#victims = Array.from({ length: count }, (_, i) => `dfs${(first + i) % storageNodes}`);
  }

  /** A node that may be damaged in this way; undefined where none may. */
  victim(dice: Dice, kind: FaultKind): string | undefined {
    const { placement } = this.#topology;
    if (this.#victims.length === 0 || (wholeMachine.includes(kind) && placement === "together")) return undefined;
    return dice.pick(this.#victims);
  }
}

export function isDamage(kind: FaultKind): boolean {
  return faultDevice(kind).damages === true;
}

/** Whether a correct system owes recovery from the plan's durable damage on this cluster. */
export function isBearable({
  plan,
  topology,
}: {
  readonly plan: readonly Fault[];
  readonly topology: Topology;
}): boolean {
  const damaging = plan.filter(({ kind }) => isDamage(kind));
  const nodes = new Set<number>();
  for (const { kind, target, params } of damaging) {
    const node = /^dfs(\d+)$/.exec(target);
    if (node === null || (wholeMachine.includes(kind) && topology.placement === "together")) return false;
    if (kind === "disk.swap" && !String(params?.["with"] ?? "tm0").startsWith("tm")) return false;
    nodes.add(Number(node[1]) % topology.storageNodes);
  }
  return nodes.size < topology.replicas;
}

const wholeMachine: readonly FaultKind[] = ["disk.wipe", "disk.swap"];
