import type { DiskFault } from "../../sim/disk/disk-fault.ts";
import type { SimDisk } from "../../sim/disk/sim-disk.ts";
import type { Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { Injected, Levers, ParamRule } from "./fault-device.ts";

/** Parameters that faults of disks share: which paths they meet, and how often. */
export const onPaths: ParamRule = { type: "text", otherwise: "*" };
export const atMost: ParamRule = { type: "integer", min: 1, max: 1_000, otherwise: 1 };

/** Begins a fault that lasts on the disk of the role that is its target. */
export function onDisk(levers: Levers, fault: Fault, begin: (disk: SimDisk, role: string) => DiskFault): Injected {
  const { role, disk } = diskOf(levers, fault);
  const { effect, cure } = begin(disk, role);
  return {
    cure,
    effect() {
      const { count, firstAtUs, lastAtUs, note } = effect;
      if (count === 0 || firstAtUs === undefined || lastAtUs === undefined) return undefined;
      return { firstAtUs, lastAtUs, note: count === 1 ? note : `${note}, and ${count - 1} more` };
    },
  };
}

export function diskOf(levers: Levers, fault: Fault): { readonly role: string; readonly disk: SimDisk } {
  const role = roleOf(levers.layout, fault.target)!;
  return { role, disk: levers.disk(levers.site.machineOf(role).name) };
}
