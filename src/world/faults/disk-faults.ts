import { diskErrorCodes, type DiskErrorCode } from "../../host/disk.ts";
import { diskOperations, type DiskOperation } from "../../sim/disk/disk-operation.ts";
import type { CallPattern } from "../../sim/disk/call-pattern.ts";
import { numberOf, wordOf, type Fault } from "../fault.ts";
import { onPaths, atMost, onDisk } from "./disk-lever.ts";
import type { FaultDevice } from "./fault-device.ts";

/**
 * Faults of the calls that a role makes to its disk: they fail, or come late, or not at all. What was synced stays; what
 * damages it is in durable-damage.ts. On a shared machine they meet that role's calls only.
 */
export const diskFaults: readonly FaultDevice[] = [
  {
    kind: "disk.error",
    sentence: "Calls of an operation on matching paths fail, once, some times, or (times 0) until the fault ends.",
    target: "role",
    lasts: "for-a-while",
    params: {
      operation: { type: "word", oneOf: [...diskOperations, "any"], otherwise: "write" },
      path: onPaths,
      code: { type: "word", oneOf: diskErrorCodes, otherwise: "EIO" },
      times: { type: "integer", min: 0, max: 1_000, otherwise: 1 },
    },
    owes: "recover",
    law: "a failing operation fails as often as it was told and changes nothing",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) =>
        disk.fail({
          ...callsOf(fault, role, "write"),
          code: wordOf(fault, "code", "EIO") as DiskErrorCode,
          ...timesOf(fault),
        }),
      ),
  },
  {
    kind: "disk.full",
    sentence: "The disk takes some bytes more; then writes are cut short, and after that there is ENOSPC.",
    target: "role",
    lasts: "for-a-while",
    params: { freeBytes: { type: "integer", min: 0, max: 1_000_000_000, otherwise: 0 } },
    owes: "recover",
    law: "a full disk cuts a write short, then has no space, and overwrites go on",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) => disk.full({ role, freeBytes: numberOf(fault, "freeBytes", 0) })),
  },
  {
    kind: "disk.sync-fails",
    sentence: "fsync gives EIO and marks the pages clean though they were never written.",
    target: "role",
    lasts: "once",
    params: { times: atMost },
    owes: "recover",
    law: "after a failed sync the next one succeeds and the pages are lost all the same",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) => disk.syncFails({ role, times: numberOf(fault, "times", 1) })),
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
      onDisk(levers, fault, (disk, role) => disk.slow({ role, extraUs: numberOf(fault, "addUs", 20_000) })),
  },
  {
    kind: "disk.stall",
    sentence: "No call is answered until the fault ends; then all are.",
    target: "role",
    lasts: "for-a-while",
    params: {},
    owes: "stall",
    law: "a stalled disk answers nothing, and then everything",
    inject: (levers, fault) => onDisk(levers, fault, (disk, role) => disk.stall({ role })),
  },
  {
    kind: "disk.hang",
    sentence:
      "Some calls are never answered and hold their places; when the fault ends its operator restarts the process.",
    target: "role",
    lasts: "for-a-while",
    params: {
      operation: { type: "word", oneOf: [...diskOperations, "any"], otherwise: "any" },
      calls: atMost,
    },
    owes: "stall",
    law: "a hung call is never answered, and a restart gives the process its disk back",
    inject(levers, fault) {
      const { site } = levers;
      return onDisk(levers, fault, (disk, role) => {
        const { effect, cure } = disk.hang({ ...callsOf(fault, role, "any"), times: numberOf(fault, "calls", 1) });
        let over = false;
        const restart = (): void => {
          cure();
          if (over || effect.count === 0) return;
          over = true;
          // Whichever life it is by now: a process that was restarted in the meantime has calls that hang, too.
          if (site.kill(role)) levers.restart(role);
        };
        return { effect, cure: restart };
      });
    },
  },
];

function callsOf(fault: Fault, role: string, otherwise: DiskOperation | "any"): CallPattern {
  const operation = wordOf(fault, "operation", otherwise);
  const path = wordOf(fault, "path", "*");
  return {
    role,
    ...(operation === "any" ? {} : { operation: operation as DiskOperation }),
    ...(path === "*" ? {} : { path }),
  };
}

function timesOf(fault: Fault): { readonly times?: number } {
  const times = numberOf(fault, "times", 1);
  return times === 0 ? {} : { times };
}
