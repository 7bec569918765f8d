import { faultName, type Fault, type FaultEffect } from "./fault.ts";
import { damagedRoles } from "./faults/damaged-roles.ts";
import { rolesMet } from "./faults/roles-met.ts";
import { faultDevice } from "./faults/fault-catalogue.ts";
import type { Injected, Levers } from "./faults/fault-device.ts";
import { faultMistake, type FaultGround } from "./faults/fault-mistake.ts";
import type { Triggers } from "./trigger.ts";
import { roleOf } from "./layout.ts";

/**
 * Plays a plan: arms each fault, injects it when its trigger fires, cures it after its time, and keeps the ledger. It
 * owns that order and no fault's doing (faults/); healing at the end of the storm is calm.ts.
 *
 * Each fault has an owner of its own in the agenda, so that taking one away moves no tie of another (SI-6).
 */
export class FaultEngine {
  readonly #levers: Levers;
  readonly #entries: LedgerEntry[] = [];

  readonly #fired: (fault: Fault) => void;

  constructor(levers: Levers, fired: (fault: Fault) => void) {
    this.#levers = levers;
    this.#fired = fired;
  }

  arm(plan: readonly Fault[], triggers: Triggers): void {
    const ground = this.#ground();
    for (const [index, fault] of plan.entries()) {
      const impossible = faultMistake(fault, ground) !== undefined;
      const entry: LedgerEntry = { fault, impossible, injected: undefined };
      this.#entries.push(entry);
      if (impossible) continue;
      const name = faultName(fault);
      faultDevice(fault.kind).prepare?.(this.#levers);
      const target = roleOf(this.#levers.layout, fault.target) ?? fault.target;
      triggers.arm(name, fault.when, target, () => this.#fire(entry, index, name));
    }
  }

  /** Ends every fault that still lasts. */
  cureAll(): void {
    for (const { injected } of this.#entries) injected?.cure?.();
  }

  /** Roles of whose disks something may be lost by now that was synced. */
  get damaged(): ReadonlySet<string> {
    const fired = this.#entries.filter(({ injected }) => injected !== undefined);
    return new Set(fired.flatMap(({ fault }) => damagedRoles(fault, this.#levers.layout)));
  }

  /** What became of each fault, by what counts as an effect. */
  ledger({ window, inUse }: EffectsThatCount): readonly FaultEffect[] {
    return this.#entries.map(({ fault, impossible, injected }, index) => {
      const effect = injected?.effect();
      const counts =
        effect !== undefined &&
        window !== undefined &&
        effect.lastAtUs >= window.fromUs &&
        effect.firstAtUs <= window.toUs &&
        rolesMet(fault, this.#levers.layout).every(roles => roles.some(role => inUse(role, effect)));
      return {
        index,
        kind: fault.kind,
        target: fault.target,
        fired: injected !== undefined,
        effective: counts,
        note: effect?.note ?? (impossible ? IMPOSSIBLE : injected === undefined ? UNMATCHED : "changed nothing"),
        ...(impossible ? { impossible } : {}),
      };
    });
  }

  /** A plan may be older than the job, and than the services: what it names may be gone. Numbers of subtasks wrap around. */
  #ground(): FaultGround {
    const { layout, tasks } = this.#levers;
    const subtasks = new Map([...tasks.subtasks.keys()].map(operator => [operator, Infinity]));
    return { services: layout.services, subtasks };
  }

  #fire(entry: LedgerEntry, index: number, name: string): void {
    const { fault } = entry;
    const { kernel } = this.#levers.site;
    if (kernel.journal.recording) {
      const detail = { index, kind: fault.kind, target: fault.target };
      kernel.journal.note(() => ({ atUs: kernel.nowUs, owner: "plan", what: "fault.fire", detail }));
    }
    this.#fired(fault);
    const injected = faultDevice(fault.kind).inject(this.#levers, fault);
    entry.injected = injected;
    if (injected.cure === undefined || fault.forUs === undefined) return;
    kernel.at(kernel.nowUs + fault.forUs, kernel.owner(name), injected.cure);
  }
}

export interface EffectsThatCount {
  /** From the first record to the job's end; undefined: none counts. */
  readonly window: { readonly fromUs: number; readonly toUs: number } | undefined;
  /** Whether the job has any use of the role while the effect lasts. */
  inUse(role: string, effect: { readonly firstAtUs: number; readonly lastAtUs: number }): boolean;
}

interface LedgerEntry {
  readonly fault: Fault;
  /** What it names does not exist here: it is not armed. */
  readonly impossible: boolean;
  injected: Injected | undefined;
}

const IMPOSSIBLE = "what it names does not exist here";
const UNMATCHED = "its trigger never matched";
