import { wordOf, type Fault } from "../fault.ts";
import { machineOf, roleOf, type Layout } from "../layout.ts";
import { faultDevice } from "./fault-catalogue.ts";
import { wayOf } from "./way.ts";

/**
 * Whom a fault meets, for the question whether the job had any use of them: of each list one must have been in use, and of a
 * way both ends. None at all: the fault meets whoever there is, or a subtask, which is in use by its nature.
 */
export function rolesMet(fault: Fault, layout: Layout): readonly (readonly string[])[] {
  const named = (name: string): readonly string[] => {
    const role = roleOf(layout, name);
    return role === undefined ? [] : [role];
  };
  const onMachineOf = (names: readonly string[]): readonly string[] => {
    const machines = names.flatMap(named).map(role => machineOf(layout, role));
    return layout.roles.filter(({ machine }) => machines.includes(machine)).map(({ role }) => role);
  };
  switch (faultDevice(fault.kind).target) {
    case "subtask":
      return [];
    case "site": {
      const roles = wordOf(fault, "roles", "");
      return roles === "" ? [] : [onMachineOf(roles.split(","))];
    }
    case "machine":
      return [onMachineOf([fault.target, ...(fault.kind === "disk.swap" ? [wordOf(fault, "with", "tm0")] : [])])];
    case "way-or-role":
    case "link-or-role": {
      const way = wayOf(fault.target);
      return way === undefined ? [named(fault.target)] : [way.from.flatMap(named), way.to.flatMap(named)];
    }
    default:
      return [named(fault.target)];
  }
}
