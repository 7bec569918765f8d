import type { DiskErrorCode } from "../../host/disk.ts";
import { Effect } from "../effect.ts";
import type { DiskOperation } from "./disk-operation.ts";

/**
 * The faults that are active on one disk. It owns which call they meet and how often; what a failed call does to pages
 * and names is sim-disk.ts's business. A fault draws nothing, so that one that meets no call can be taken away and
 * all else stays equal.
 *
 * Where several faults meet a call, the first that was injected fails it, and all slowing adds up.
 */
export class DiskFaults {
  #failing: FailRule[] = [];
  #slowing: SlowRule[] = [];

  fail(rule: FailRule): DiskFault {
    this.#failing.push(rule);
    return { effect: rule.effect, cure: () => (this.#failing = this.#failing.filter(other => other !== rule)) };
  }

  slow(rule: SlowRule): DiskFault {
    this.#slowing.push(rule);
    return { effect: rule.effect, cure: () => (this.#slowing = this.#slowing.filter(other => other !== rule)) };
  }

  /** Nothing is active: most runs ask this only. */
  get none(): boolean {
    return this.#failing.length === 0 && this.#slowing.length === 0;
  }

  /** The rule that fails this call, and one of its times is used up; undefined lets the call go on. */
  failing(call: CallSubject, atUs: number): FailRule | undefined {
    for (const rule of this.#failing) {
      if (rule.timesLeft === 0 || !meets(rule, call)) continue;
      rule.timesLeft--;
      rule.effect.happened(atUs, () => `${rule.code} for ${call.role}'s ${call.operation} of ${call.path}`);
      return rule;
    }
    return undefined;
  }

  /** The latency of a call under the faults that slow it. */
  slowed(latencyUs: number, call: CallSubject, atUs: number): number {
    let slowedUs = latencyUs;
    for (const rule of this.#slowing) {
      if (!meets(rule, call)) continue;
      slowedUs = slowedUs * rule.factor + rule.extraUs;
      rule.effect.happened(atUs, () => `${call.role}'s ${call.operation} of ${call.path} took longer`);
    }
    return slowedUs;
  }
}

/** An injected fault: its cure, and what it has done so far. */
export interface DiskFault {
  readonly effect: Effect;
  cure(): void;
}

/** Which calls a fault meets; what is left out meets every one. */
export interface CallPattern {
  readonly operation?: DiskOperation;
  /** A path in which `*` stands for any run of characters, `/` included. */
  readonly path?: string;
  readonly role?: string;
}

export interface CallSubject {
  readonly operation: DiskOperation;
  readonly path: string;
  readonly role: string;
}

interface CallMatch {
  readonly operation: DiskOperation | undefined;
  readonly path: RegExp | undefined;
  readonly role: string | undefined;
  readonly effect: Effect;
}

export interface FailRule extends CallMatch {
  readonly code: DiskErrorCode;
  /** The pages of the file are marked clean though they were never written (fsyncgate). */
  readonly losesPages: boolean;
  timesLeft: number;
}

export interface SlowRule extends CallMatch {
  readonly factor: number;
  readonly extraUs: number;
}

export function callMatch(pattern: CallPattern): CallMatch {
  return {
    operation: pattern.operation,
    path: pattern.path === undefined ? undefined : pathPattern(pattern.path),
    role: pattern.role,
    effect: new Effect(),
  };
}

function pathPattern(pattern: string): RegExp {
  const parts = pattern.split("*").map(part => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

function meets(rule: CallMatch, call: CallSubject): boolean {
  if (rule.operation !== undefined && rule.operation !== call.operation) return false;
  if (rule.role !== undefined && rule.role !== call.role) return false;
  return rule.path === undefined || rule.path.test(call.path);
}
