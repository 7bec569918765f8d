import type { Host } from "../host.ts";
import { NetError, type Connection } from "../net.ts";
import type { NetDriver } from "./net-case.ts";

/** A server and a client for a case: one listens, the other calls until it is answered. */
export const SERVER = "server:echo";
export const ignore = (): void => {};

export function serve(driver: NetDriver, accept: (connection: Connection) => void): void {
  driver.start("server", host => void host.net.listen(SERVER, accept));
}

export function dial(driver: NetDriver, connected: (connection: Connection, host: Host) => unknown): void {
  driver.start("client", host => callUntilAnswered(host, connection => connected(connection, host)));
}

/** The server may still be about to listen: a client calls again until somebody answers. */
export function callUntilAnswered(host: Host, connected: (connection: Connection) => unknown): void {
  host.net.connect(SERVER).then(connected, (error: unknown) => {
    if (codeOf(error) !== "refused" && codeOf(error) !== "unknown-address") throw error;
    host.timer(1, () => callUntilAnswered(host, connected));
  });
}

export function codeOf(error: unknown): unknown {
  return error instanceof NetError ? error.code : error;
}
