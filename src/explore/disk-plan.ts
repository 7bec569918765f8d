import type { DiskErrorCode } from "../host/disk.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { microseconds, whole } from "./plan-number.ts";

/** What goes wrong with the disk of one role: `on.checkpoint(2).completed().disk("dfs0").rot({ times: 3 })`. */
export interface DiskMoment {
  /** `path` may hold `*`; `times: 0` is every call until the fault ends. */
  error(options?: {
    readonly operation?: string;
    readonly path?: string;
    readonly code?: DiskErrorCode;
    readonly times?: number;
    readonly forMs?: number;
  }): Fault;
  /** So many bytes more, and then ENOSPC. */
  full(options?: { readonly freeBytes?: number; readonly forMs?: number }): Fault;
  /** Nothing is answered for a while. */
  stall(options?: { readonly forMs?: number }): Fault;
  /** Some calls are never answered; at the end the process is restarted. */
  hang(options?: { readonly calls?: number; readonly forMs?: number }): Fault;
  syncLies(options?: { readonly forMs?: number }): Fault;
  loseWrites(options?: { readonly times?: number }): Fault;
  misdirect(options?: { readonly times?: number }): Fault;
  rot(options?: { readonly path?: string; readonly times?: number }): Fault;
  latent(options?: { readonly path?: string; readonly times?: number }): Fault;
  /** The machine loses power and comes back with an empty disk. */
  wipe(options?: { readonly forMs?: number }): Fault;
  /** Both machines lose power and come back with each other's disks. */
  swapWith(other: string, options?: { readonly forMs?: number }): Fault;
}

export type MakeFault = (kind: FaultKind, more?: Pick<Fault, "forUs" | "params">) => Fault;

export function diskMoment(fault: MakeFault): DiskMoment {
  const lasting = ({ forMs = defaultForMs }: { readonly forMs?: number } = {}) => ({
    forUs: microseconds("forMs", forMs),
  });
  const times = (options: { readonly path?: string; readonly times?: number } = {}) => ({
    params: {
      times: whole("times", options.times ?? 1, 1),
      ...(options.path === undefined ? {} : { path: options.path }),
    },
  });
  return {
    error: ({ operation = "write", path, code, times: count = 1, ...rest } = {}) =>
      fault("disk.error", {
        ...(rest.forMs === undefined ? {} : lasting({ forMs: rest.forMs })),
        params: {
          operation,
          times: whole("times", count, 0),
          ...(path === undefined ? {} : { path }),
          ...(code === undefined ? {} : { code }),
        },
      }),
    full: options =>
      fault("disk.full", {
        ...lasting(options),
        params: { freeBytes: whole("freeBytes", options?.freeBytes ?? 0, 0) },
      }),
    stall: options => fault("disk.stall", lasting(options)),
    hang: options =>
      fault("disk.hang", { ...lasting(options), params: { calls: whole("calls", options?.calls ?? 1, 1) } }),
    syncLies: options => fault("disk.sync-lies", lasting(options)),
    loseWrites: options => fault("disk.lost-write", times(options)),
    misdirect: options => fault("disk.misdirect", times(options)),
    rot: options => fault("disk.rot", times(options)),
    latent: options => fault("disk.latent", times(options)),
    wipe: options => fault("disk.wipe", lasting(options)),
    swapWith: (other, options) => fault("disk.swap", { ...lasting(options), params: { with: other } }),
  };
}

const defaultForMs = 500;
