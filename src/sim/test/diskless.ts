import type { Disk } from "../../host/disk.ts";
import type { MachineDisk } from "../machine.ts";

/** The disk of a machine whose processes never touch it: a call on it is an error of the test. */
export const diskless: MachineDisk = {
  port: () => ({}) as Disk,
  processKilled: () => ({ callsInFlight: 0 }),
  powerLoss: () => ({ spared: 0, lost: 0 }),
};
