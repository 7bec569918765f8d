import type { Host } from "../host/host.ts";
import type { CallWatch } from "../rpc/rpc-client.ts";

/**
 * Tells an operator, once for each silence, of a service that has not answered for so long that it may never come back:
 * `service.unreachable`, with the service's name. Whoever needs the service goes on asking; that somebody hears what it
 * waits for is all that is owed to a job whose redundancy is used up.
 */
export class SilenceAlarm implements CallWatch {
  readonly #host: Host;
  /** Address → since when, and whether that was told. */
  readonly #silent = new Map<string, { readonly sinceMs: number; told: boolean }>();

  constructor(host: Host) {
    this.#host = host;
  }

  answered(address: string): void {
    if (this.#silent.size > 0) this.#silent.delete(address);
  }

  notAnswered(address: string): void {
    const nowMs = this.#host.clock.monotonic();
    let silence = this.#silent.get(address);
    if (silence === undefined) this.#silent.set(address, (silence = { sinceMs: nowMs, told: false }));
    const forMs = nowMs - silence.sinceMs;
    if (silence.told || forMs < ALARM_MS) return;
    silence.told = true;
    const service = address.slice(0, address.indexOf(":"));
    const cause = `${service} has not answered for ${Math.round(forMs / 1000)} s`;
    this.#host.emit({ event: "service.unreachable", detail: { service, cause } });
  }
}

/** Longer than any restart, and than the network's own time-outs. */
const ALARM_MS = 30_000;
