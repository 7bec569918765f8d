import type { FaultKind } from "../fault.ts";
import { diskFaults } from "./disk-faults.ts";
import type { FaultDevice } from "./fault-device.ts";
import { networkFaults } from "./network-faults.ts";
import { processFaults } from "./process-faults.ts";

/** Every kind of fault that can be injected, in the order in which `list faults` shows them. */
export const faultCatalogue: readonly FaultDevice[] = [...processFaults, ...networkFaults, ...diskFaults];

const byKind = new Map(faultCatalogue.map(device => [device.kind, device]));

export function faultDevice(kind: FaultKind): FaultDevice {
  const device = byKind.get(kind);
  if (device === undefined) throw new Error(`No fault of kind ${kind}; there is ${[...byKind.keys()].join(", ")}.`);
  return device;
}
