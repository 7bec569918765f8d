/**
 * Faults as data. It owns the words of a plan; what each fault does to a device is in faults/, when it fires in
 * trigger.ts. A fault is whole in itself: its cure (`forUs`) is part of it, so that any sub-list of a plan is a plan.
 */
export interface Fault {
  readonly kind: FaultKind;
  /** A role (`tm0`), ways between roles (`jm0>tm1`, `jm0<>tm0,tm1`), or a subtask (`count[1]`), by the kind's rule. */
  readonly target: string;
  readonly when: Trigger;
  /** How long it lasts, in microseconds of virtual time, where the kind has a duration. */
  readonly forUs?: number;
  /** Kind-specific parameters: whole numbers and short words only. */
  readonly params?: Readonly<Record<string, number | string>>;
}

export const faultKinds = [
  "proc.kill",
  "proc.pause",
  "proc.slow",
  "proc.restart",
  "proc.kill-loop",
  "rolling.restart",
  "machine.power-loss",
  "site.power-loss",
  "machine.remove",
  "machine.add",
  "clock.jump",
  "clock.drift",
  "clock.freeze",
  "net.delay",
  "net.slow",
  "net.hold",
  "net.cut",
  "net.reset",
  "net.swizzle",
  "net.flap",
  "net.corrupt",
  "rpc.lose-request",
  "rpc.lose-reply",
  "rpc.delay",
  "disk.error",
  "disk.full",
  "disk.sync-fails",
  "disk.slow",
  "disk.stall",
  "disk.hang",
  "disk.sync-lies",
  "disk.lost-write",
  "disk.misdirect",
  "disk.rot",
  "disk.latent",
  "disk.wipe",
  "disk.swap",
  "broker.retention",
  "broker.truncate",
  "broker.expire-transactions",
  "coord.expire-sessions",
  "store.errors",
  "store.slow",
  "store.stale-list",
  "store.partial-upload",
  "task.fail",
  "task.stuck-cancel",
  "snapshot.slow",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** By what it is and not by where it stands in a plan: the name of its owner in the agenda, and of its draws. */
export function faultName(fault: Fault): string {
  return `fault/${JSON.stringify(fault)}`;
}

/** A whole number among a fault's parameters. */
export function numberOf(fault: Fault, param: string, otherwise: number): number {
  return Number(fault.params?.[param] ?? otherwise);
}

/** A word among a fault's parameters. */
export function wordOf(fault: Fault, param: string, otherwise: string): string {
  return String(fault.params?.[param] ?? otherwise);
}

/**
 * When a fault fires: at an instant; the nth time an event matches (plus a delay); or before the nth port call of the
 * target role's incarnation `life` (default 0, its first).
 */
export type Trigger =
  | { readonly atUs: number }
  | { readonly on: EventPattern; readonly nth?: number; readonly plusUs?: number }
  | { readonly step: number; readonly life?: number };

export interface EventPattern {
  readonly event: string;
  readonly role?: string;
  readonly subtask?: string;
  readonly checkpoint?: number;
  readonly attempt?: number;
}

/** What a correct system owes under a fault: see fault-model.md. */
export type Owes = "recover" | "fail-loudly" | "stall";

/** The ledger's row for one fault of the plan after a run. */
export interface FaultEffect {
  readonly index: number;
  readonly kind: FaultKind;
  readonly target: string;
  /** The trigger matched and the fault was applied. */
  readonly fired: boolean;
  /** What it names does not exist here (any more): it could never fire. */
  readonly impossible?: boolean;
  /** It changed something (held a byte, lost a write, killed a life) between the first record read and the last commit. */
  readonly effective: boolean;
  /** What it changed, for a reader: "killed tm0 (life 0) with 3 calls in flight". */
  readonly note: string;
}
