import type { Incarnation } from "../../kernel/process.ts";
import type { SimDisk } from "../../sim/disk/sim-disk.ts";
import type { Site } from "../../sim/site.ts";
import type { Fault, FaultKind, Owes } from "../fault.ts";
import type { Layout } from "../layout.ts";
import type { TaskFaults } from "./task-faults.ts";

/**
 * What every kind of fault says of itself: on what it acts, what it takes, what a correct system owes under it, and how
 * it is done to the devices. The list of all kinds is fault-catalogue.ts.
 */
export interface FaultDevice {
  readonly kind: FaultKind;
  /** One sentence for `list faults`. */
  readonly sentence: string;
  readonly target: TargetKind;
  readonly lasts: "once" | "for-a-while";
  readonly params: Readonly<Record<string, ParamRule>>;
  readonly owes: Owes;
  /** Title of the test which shows that the fault bites. */
  readonly law: string;
  /** Does it. The cure ends it; undefined where nothing is left to end. */
  inject(levers: Levers, fault: Fault): Injected;
}

/** `role` names a process, `machine` the machine of a role, `link` an ordered pair `a>b` of roles, `subtask` an operator's `name[i]`. */
export type TargetKind = "role" | "machine" | "site" | "link" | "link-or-role" | "subtask";

export type ParamRule =
  | { readonly type: "integer"; readonly min: number; readonly max: number; readonly otherwise: number }
  | { readonly type: "word"; readonly oneOf: readonly string[]; readonly otherwise: string };

export interface Injected {
  /** Ends the fault. Calling it twice does nothing more. */
  readonly cure?: () => void;
  /** Read after the run: what the fault has changed, or undefined while it has changed nothing. */
  effect(): InjectedEffect | undefined;
}

export interface InjectedEffect {
  readonly firstAtUs: number;
  readonly lastAtUs: number;
  readonly note: string;
}

/** What faults act on. */
export interface Levers {
  readonly site: Site;
  readonly layout: Layout;
  readonly tasks: TaskFaults;
  disk(machine: string): SimDisk;
  /** A new life of a role that is dead and whose machine has power; otherwise nothing. */
  restart(role: string): void;
  /** Power for a machine that has none, and a new life for each of its roles. */
  powerUp(machine: string): void;
  incarnation(role: string): Incarnation | undefined;
}

/** An effect of one instant. */
export function instantly(atUs: number, note: string): Injected["effect"] {
  return () => ({ firstAtUs: atUs, lastAtUs: atUs, note });
}

export const noEffect: Injected = { effect: () => undefined };
