import type { Main } from "../../host/host.ts";
import type { Incarnation } from "../../kernel/process.ts";
import type { SimDisk } from "../../sim/disk/sim-disk.ts";
import type { Site } from "../../sim/site.ts";
import { faultName, type Fault, type FaultKind, type Owes } from "../fault.ts";
import type { Layout } from "../layout.ts";
import type { StorageFaults } from "./storage-faults.ts";
import type { TaskFaults } from "./task-faults.ts";
import type { TaskSite } from "./task-sites.ts";

/**
 * What every kind of fault says of itself: on what it acts, what it takes, what a correct system owes under it, and how
 * it is done to the devices. The list of all kinds is fault-catalogue.ts.
 */
export interface FaultDevice {
  readonly kind: FaultKind;
  /** One sentence for `list faults`. */
  readonly sentence: string;
  readonly target: TargetKind;
  /** `until-calm`: the end of the storm cures it; `for-good`: nothing does. */
  readonly lasts: "once" | "for-a-while" | "until-calm" | "for-good";
  readonly params: Readonly<Record<string, ParamRule>>;
  readonly owes: Owes;
  /** It takes away what was synced: only a replica elsewhere can make good for it. */
  readonly damages?: true;
  /** Title of the test which shows that the fault bites. */
  readonly law: string;
  /** Of a fault in an author's code: the site without which the operator cannot be struck. */
  strikesAt?(fault: Fault): TaskSite;
  /** Before the run: what must be there from the start for the fault to bite later. */
  prepare?(levers: Levers): void;
  /** Does it. The cure ends it; undefined where nothing is left to end. */
  inject(levers: Levers, fault: Fault): Injected;
}

/** `broker` and `coordination` are the roles of that name, `storage` is a storage node, `role` names any process, `machine` the machine of a role, `way` the ways between roles (way.ts), `link` an ordered pair `a>b` of roles, `subtask` an operator's `name[i]`. */
export type TargetKind =
  "role" | "broker" | "coordination" | "storage" | "machine" | "site" | "way-or-role" | "link-or-role" | "subtask";

export type ParamRule =
  | { readonly type: "integer"; readonly min: number; readonly max: number; readonly otherwise: number }
  | { readonly type: "word"; readonly oneOf: readonly string[]; readonly otherwise: string }
  /** A kind of message: one of these, or whatever an author's own service answers, where the target has one; `*` for all that it answers. */
  | { readonly type: "method"; readonly oneOf: readonly string[]; readonly otherwise: string }
  /** Names of roles with commas between them; empty for all. */
  | { readonly type: "roles"; readonly otherwise: "" }
  | { readonly type: "role"; readonly otherwise: string }
  /** A path pattern. */
  | { readonly type: "text"; readonly otherwise: string };

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
  readonly storage: StorageFaults;
  disk(machine: string): SimDisk;
  /** A new life of a role that is dead and whose machine has power; otherwise nothing. */
  restart(role: string): void;
  /** Power for a machine that has none, and a new life for each of its roles. */
  powerUp(machine: string): void;
  /** The role stays dead for good, whatever else happens. False: it was given up already. */
  abandon(role: string): boolean;
  /** Topics that the job reads. */
  readonly inputTopics: readonly string[];
  /** Runs an operator's program once, on the machine of a role, as a process of its own. */
  operate(name: string, beside: string, program: Main): void;
  /** One more machine with a worker; its role. */
  addWorker(): string;
  incarnation(role: string): Incarnation | undefined;
}

/** Does something later, as an event of the fault's own. */
export function later({ site: { kernel } }: Levers, fault: Fault, delayUs: number, act: () => void): void {
  kernel.at(kernel.nowUs + delayUs, kernel.owner(faultName(fault)), act);
}

/** An effect of one instant. */
export function instantly(atUs: number, note: string): Injected["effect"] {
  return () => ({ firstAtUs: atUs, lastAtUs: atUs, note });
}

export const noEffect: Injected = { effect: () => undefined };
