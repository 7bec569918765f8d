import type { FaultKind } from "../fault.ts";
import { clockFaults } from "./clock-faults.ts";
import { diskFaults } from "./disk-faults.ts";
import { durableDamage } from "./durable-damage.ts";
import { attemptFaults } from "./attempt-faults.ts";
import type { FaultDevice } from "./fault-device.ts";
import { machineFaults } from "./machine-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { networkPatterns } from "./network-patterns.ts";
import { processFaults } from "./process-faults.ts";
import { restartFaults } from "./restart-faults.ts";
import { rpcFaults } from "./rpc-faults.ts";
import { storeFaults } from "./store-faults.ts";
import { serviceFaults } from "./service-faults.ts";

/** Every kind of fault that can be injected, in the order in which `list faults` shows them. */
export const faultCatalogue: readonly FaultDevice[] = [
  ...processFaults,
  ...restartFaults,
  ...machineFaults,
  ...clockFaults,
  ...networkFaults,
  ...networkPatterns,
  ...rpcFaults,
  ...diskFaults,
  ...durableDamage,
  ...serviceFaults,
  ...storeFaults,
  ...attemptFaults,
];

const byKind = new Map(faultCatalogue.map(device => [device.kind, device]));

export function faultDevice(kind: FaultKind): FaultDevice {
  const device = byKind.get(kind);
  if (device === undefined) throw new Error(`No fault of kind ${kind}; there is ${[...byKind.keys()].join(", ")}.`);
  return device;
}
