import { diskOperations, type DiskOperation } from "../../sim/disk/disk-operation.ts";
import type { DiskFault } from "../../sim/disk/disk-fault.ts";
import type { SimDisk } from "../../sim/disk/sim-disk.ts";
import type { Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";

/** Faults of the disk that a role uses; on a shared machine they meet that role's calls only. */
export const diskFaults: readonly FaultDevice[] = [
  {
    kind: "disk.error",
    sentence: "Calls of one operation fail with EIO, some times.",
    target: "role",
    lasts: "once",
    params: {
      operation: { type: "word", oneOf: diskOperations, otherwise: "write" },
      times: { type: "integer", min: 1, max: 1_000, otherwise: 1 },
    },
    owes: "recover",
    law: "a failing operation fails as often as it was told and changes nothing",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) =>
        disk.fail({
          role,
          operation: (fault.params?.["operation"] ?? "write") as DiskOperation,
          code: "EIO",
          times: Number(fault.params?.["times"] ?? 1),
        }),
      ),
  },
  {
    kind: "disk.sync-fails",
    sentence: "fsync gives EIO and marks the pages clean though they were never written.",
    target: "role",
    lasts: "once",
    params: { times: { type: "integer", min: 1, max: 1_000, otherwise: 1 } },
    owes: "recover",
    law: "after a failed sync the next one succeeds and the pages are lost all the same",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) => disk.syncFails({ role, times: Number(fault.params?.["times"] ?? 1) })),
  },
  {
    kind: "disk.slow",
    sentence: "Every call takes longer.",
    target: "role",
    lasts: "for-a-while",
    params: { addUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 20_000 } },
    owes: "recover",
    law: "a slow disk is late and does all it is asked",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) => disk.slow({ role, extraUs: Number(fault.params?.["addUs"] ?? 20_000) })),
  },
];

function onDisk(levers: Levers, fault: Fault, begin: (disk: SimDisk, role: string) => DiskFault): Injected {
  const role = roleOf(levers.layout, fault.target)!;
  const { effect, cure } = begin(levers.disk(levers.site.machineOf(role).name), role);
  return {
    cure,
    effect() {
      const { count, firstAtUs, lastAtUs, note } = effect;
      if (count === 0 || firstAtUs === undefined || lastAtUs === undefined) return undefined;
      return { firstAtUs, lastAtUs, note: count === 1 ? note : `${note}, and ${count - 1} more` };
    },
  };
}
