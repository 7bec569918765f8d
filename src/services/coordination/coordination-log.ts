import { readLog } from "../log-entry.ts";

/**
 * What the coordination service's log says: the changes that were applied, in order. Pure; the server recovers by it, and
 * an oracle reads from durable bytes which compare-and-sets took place.
 */
export type CoordinationChange =
  | {
      readonly kind: "set";
      readonly key: string;
      readonly value: unknown;
      readonly revision: number;
      readonly session?: string;
    }
  | { readonly kind: "removed"; readonly key: string; readonly revision: number }
  | { readonly kind: "session-opened"; readonly session: string; readonly ttlMs: number; readonly revision: number }
  /** The removals of its keys follow, in the same entry of the log. */
  | { readonly kind: "session-expired"; readonly session: string; readonly revision: number }
  /** A user has seen what the log does not hold: nothing is answered any more. */
  | { readonly kind: "data-lost"; readonly cause: string; readonly revision: number };

export function readCoordinationLog(bytes: Uint8Array): readonly CoordinationChange[] {
  return readLog(bytes).records as readonly CoordinationChange[];
}

/** How it shows that the service has lost what it had acknowledged; undefined while it does not. */
export function coordinationLoss(bytes: Uint8Array): string | undefined {
  const { records, damage } = readLog(bytes);
  const noted = (records as readonly CoordinationChange[]).find(change => change.kind === "data-lost");
  return damage ?? noted?.cause;
}

export function coordinationLogPath(dir: string): string {
  return `${dir}/coordination.log`;
}
