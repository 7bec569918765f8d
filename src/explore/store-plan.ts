import type { Fault } from "../world/fault.ts";
import type { MakeFault } from "./disk-plan.ts";
import { microseconds, whole } from "./plan-number.ts";

/** What a storage node does to its users: `on.checkpoint(2).completed().store("dfs0").errors({ perMille: 300 })`. */
export interface StoreMoment {
  /** A share of its requests is answered with an error. */
  errors(options?: { readonly perMille?: number; readonly forMs?: number }): Fault;
  /** It does what it is asked, and answers `byMs` later. */
  slow(options: { readonly byMs: number; readonly forMs?: number }): Fault;
  /** Its listings show some of its files, so many in a thousand, as they were `byMs` ago. */
  staleList(options?: { readonly byMs?: number; readonly perMille?: number; readonly forMs?: number }): Fault;
  /** The next uploads to it break off. */
  partialUpload(options?: { readonly times?: number; readonly forMs?: number }): Fault;
}

export function storeMoment(fault: MakeFault): StoreMoment {
  const lasting = ({ forMs = defaultForMs }: { readonly forMs?: number } = {}) => ({
    forUs: microseconds("forMs", forMs),
  });
  return {
    errors: (options = {}) =>
      fault("store.errors", {
        ...lasting(options),
        params: { perMille: whole("perMille", options.perMille ?? 500, 1) },
      }),
    slow: options => fault("store.slow", { ...lasting(options), params: { byUs: microseconds("byMs", options.byMs) } }),
    staleList: (options = {}) =>
      fault("store.stale-list", {
        ...lasting(options),
        params: {
          byUs: microseconds("byMs", options.byMs ?? 1_000),
          perMille: whole("perMille", options.perMille ?? 500, 1),
        },
      }),
    partialUpload: (options = {}) =>
      fault("store.partial-upload", { ...lasting(options), params: { times: whole("times", options.times ?? 1, 1) } }),
  };
}

const defaultForMs = 2_000;
