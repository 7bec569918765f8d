import type { Topology } from "./case.ts";

/**
 * Which roles there are and on which machine each one runs. It owns the names; it starts nothing (play.ts).
 *
 * A machine is named after its only role, or `services` where coordination, broker and storage share one.
 */
export interface Layout {
  readonly roles: readonly PlacedRole[];
  readonly machines: readonly string[];
  /** Role names by kind, in order of their index. */
  readonly jobManagers: readonly string[];
  readonly workers: readonly string[];
  readonly storage: readonly string[];
  readonly services: readonly string[];
}

export interface PlacedRole {
  readonly role: string;
  readonly kind: RoleKind;
  readonly machine: string;
}

export type RoleKind = "coordination" | "broker" | "storage" | "job-manager" | "worker" | "service";

/** `services` are the names of an author's own external systems, each on a machine of its own. */
export function layoutOf(topology: Topology, services: readonly string[] = []): Layout {
  const shared = topology.placement === "together" ? "services" : undefined;
  const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const storage = numbered("dfs", topology.storageNodes);
  const jobManagers = numbered("jm", topology.jobManagers);
  const workers = numbered("tm", topology.workers);
  const place = (kind: RoleKind, names: readonly string[], machine?: string): PlacedRole[] =>
    names.map(role => ({ role, kind, machine: machine ?? role }));
  const roles = [
    ...place("coordination", ["coord"], shared),
    ...place("broker", ["broker"], shared),
    ...place("storage", storage, shared),
    ...place("service", services),
    ...place("job-manager", jobManagers),
    ...place("worker", workers),
  ];
  return { roles, machines: [...new Set(roles.map(role => role.machine))], jobManagers, workers, storage, services };
}

/**
 * The role that a plan's target names. A number beyond the topology wraps around (`tm7` among 3 workers is `tm1`), so
 * that a plan stays valid while shrinking takes machines away. Undefined: no role of that name can exist here.
 */
export function roleOf(layout: Layout, target: string): string | undefined {
  if (layout.roles.some(placed => placed.role === target)) return target;
  const numbered = /^(jm|tm|dfs)(\d+)$/.exec(target);
  if (numbered === null) return undefined;
  const among = numbered[1] === "jm" ? layout.jobManagers : numbered[1] === "tm" ? layout.workers : layout.storage;
  return among[Number(numbered[2]) % among.length];
}

export function machineOf(layout: Layout, role: string): string {
  return layout.roles.find(placed => placed.role === role)?.machine ?? role;
}
