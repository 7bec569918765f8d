import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";

/**
 * Asks a service until it answers. Only for requests that may be repeated as they are. A fault of the domain goes up;
 * a service that could not work (`failed`) or did not answer is asked again, after a growing pause, while `wanted` says
 * so. When nobody wants the answer any more the promise never settles.
 */
export async function untilKnown<T>(host: Host, wanted: () => boolean, ask: () => Promise<T>): Promise<T> {
  for (let delayMs = RETRY_MS_MIN; wanted(); delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnanswered(error)) throw unlessLost(error);
    }
    await pause(host, delayMs);
  }
  return new Promise(() => {});
}

/** A service that answers so has lost what it once acknowledged: asking again, or starting anew, brings nothing back. */
export function unlessLost(error: unknown): unknown {
  return error instanceof RpcFault && lost.includes(error.code)
    ? new Unrecoverable(`${error.code}: ${error.message}`, { cause: error })
    : error;
}

const lost: readonly string[] = ["offset-out-of-range", "log-truncated", "data-lost", "rotten"];

/** Says nothing about whether the request was carried out. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof RpcError || (error instanceof RpcFault && error.code === "failed");
}

const RETRY_MS_MIN = 20;
const RETRY_MS_MAX = 1_000;
