import type { HostEvent } from "../host/event.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { EventPattern, Trigger } from "./fault.ts";

/**
 * When faults fire. It owns the counting of events and the instants; what a fault does is the engine's (fault-engine.ts).
 *
 * A trigger on an event fires inside the very call that emits it, so that a kill there falls between two lines of the
 * runtime; with `plusUs` it becomes an agenda event of its own.
 */
export class Triggers {
  readonly #kernel: Kernel;
  readonly #watchCall: WatchCall;
  readonly #byEvent = new Map<string, ArmedPattern[]>();
  #closed = false;

  constructor(kernel: Kernel, watchCall: WatchCall) {
    this.#kernel = kernel;
    this.#watchCall = watchCall;
  }

  /** `target` is the role whose port calls a `step` trigger counts. */
  arm(name: string, when: Trigger, target: string, fire: () => void): void {
    const guarded = () => {
      if (!this.#closed) fire();
    };
    if ("atUs" in when) {
      this.#kernel.at(when.atUs, this.#kernel.owner(name), guarded);
    } else if ("step" in when) {
      this.#watchCall(target, when.life ?? 0, when.step, guarded);
    } else {
      const { plusUs = 0 } = when;
      const later = () => void this.#kernel.at(this.#kernel.nowUs + plusUs, this.#kernel.owner(name), guarded);
      this.#armPattern({ pattern: when.on, left: when.nth ?? 1, fire: plusUs === 0 ? guarded : later });
    }
  }

  /** Every event that any process emits comes by here. */
  onEmit(role: string, event: HostEvent): void {
    const armed = this.#byEvent.get(event.event);
    if (armed === undefined) return;
    for (const one of [...armed]) {
      if (!matches(one.pattern, role, event) || --one.left > 0) continue;
      armed.splice(armed.indexOf(one), 1);
      one.fire();
    }
  }

  /** The storm is over: nothing fires any more. */
  close(): void {
    this.#closed = true;
    this.#byEvent.clear();
  }

  #armPattern(armed: ArmedPattern): void {
    const same = this.#byEvent.get(armed.pattern.event);
    if (same === undefined) this.#byEvent.set(armed.pattern.event, [armed]);
    else same.push(armed);
  }
}

/** Calls back once, before the nth port call of that life of that role. */
export type WatchCall = (role: string, life: number, call: number, fire: () => void) => void;

interface ArmedPattern {
  readonly pattern: EventPattern;
  left: number;
  readonly fire: () => void;
}

/** Whether an event of the pattern's name is one that it means. */
export function matches(pattern: EventPattern, role: string, event: WhatItIsAbout): boolean {
  return (
    (pattern.role === undefined || pattern.role === role) &&
    (pattern.subtask === undefined || pattern.subtask === event.subtask) &&
    (pattern.checkpoint === undefined || pattern.checkpoint === event.checkpoint) &&
    (pattern.attempt === undefined || pattern.attempt === event.attempt)
  );
}

/** Of an event as it is emitted, or of its entry in a journal. */
interface WhatItIsAbout {
  readonly subtask?: unknown;
  readonly checkpoint?: unknown;
  readonly attempt?: unknown;
}
