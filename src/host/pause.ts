import type { Host } from "./host.ts";

/** Resolves no earlier than `delayMs` from now on the monotonic clock. It cannot be cancelled: check afterwards whether it still matters. */
export function pause(host: Host, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    host.timer(delayMs, resolve);
  });
}
