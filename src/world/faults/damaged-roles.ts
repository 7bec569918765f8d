import type { Fault } from "../fault.ts";
import { machineOf, roleOf, type Layout } from "../layout.ts";
import { faultDevice } from "./fault-catalogue.ts";

/** Of whose disks a fault may take away what was synced. A whole disk has the files of every role on its machine. */
export function damagedRoles(fault: Fault, layout: Layout): readonly string[] {
  const { damages, target } = faultDevice(fault.kind);
  if (damages === undefined) return [];
  const named = [fault.target, ...(fault.params?.["with"] === undefined ? [] : [String(fault.params["with"])])];
  const roles = named.flatMap(name => roleOf(layout, name) ?? []);
  if (target === "role") return roles;
  const machines = roles.map(role => machineOf(layout, role));
  return layout.roles.filter(({ machine }) => machines.includes(machine)).map(({ role }) => role);
}
