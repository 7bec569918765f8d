import { Effect } from "../effect.ts";
import type { DiskOperation } from "./disk-operation.ts";

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

export interface CallMatch {
  readonly operation: DiskOperation | undefined;
  readonly path: RegExp | undefined;
  readonly role: string | undefined;
  readonly effect: Effect;
}

export function callMatch(pattern: CallPattern): CallMatch {
  return {
    operation: pattern.operation,
    path: pattern.path === undefined ? undefined : pathPattern(pattern.path),
    role: pattern.role,
    effect: new Effect(),
  };
}

export function meets(rule: CallMatch, call: CallSubject): boolean {
  if (rule.operation !== undefined && rule.operation !== call.operation) return false;
  if (rule.role !== undefined && rule.role !== call.role) return false;
  return rule.path === undefined || rule.path.test(call.path);
}

export function pathPattern(pattern: string): RegExp {
  const parts = pattern.split("*").map(part => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
