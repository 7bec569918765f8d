/**
 * Faults as data. It owns the words of a plan; what each fault does to a device is in faults/, when it fires in
 * trigger.ts. A fault is whole in itself: its cure (`forUs`) is part of it, so that any sub-list of a plan is a plan.
 */
export interface Fault {
  readonly kind: FaultKind;
  /** A role (`tm0`), an ordered pair of roles (`jm0>tm1`), or an operator subtask (`count[1]`), by the kind's rule. */
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
  "machine.power-loss",
  "site.power-loss",
  "net.delay",
  "net.hold",
  "net.cut",
  "net.reset",
  "disk.error",
  "disk.sync-fails",
  "disk.slow",
  "task.fail",
] as const;

export type FaultKind = (typeof faultKinds)[number];

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
  /** It changed something (held a byte, lost a write, killed a life) between the first record read and the last commit. */
  readonly effective: boolean;
  /** What it changed, for a reader: "killed tm0 (life 0) with 3 calls in flight". */
  readonly note: string;
}
