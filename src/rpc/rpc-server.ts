import { DiskError } from "../host/disk.ts";
import type { Host } from "../host/host.ts";
import type { Connection } from "../host/net.ts";
import { NetError } from "../host/net.ts";
import { decode } from "./codec.ts";
import { encodeFrame, type Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { RpcError, RpcFault } from "./rpc-error.ts";

/**
 * Answers requests at one address. It owns the connections that it accepted and the way from a handler's outcome to a
 * frame: a value is a reply, an {@link RpcFault} a fault. Requests of one connection are handed over in order; replies
 * go out as they are ready. What a body must look like is the handler's business.
 *
 * A handler that a failing disk or network stops answers with the fault `failed`. Any other error is a bug of ours and
 * ends the process, as it would anywhere.
 */
export async function startRpcServer(
  host: Host,
  address: string,
  handlers: RpcHandlers,
  otherwise: RpcHandler = () => {
    throw new RpcFault("unknown-method", `${address} does not serve that`);
  },
): Promise<RpcServer> {
  const connections = new Set<Connection>();
  const listener = await host.net.listen(address, connection => {
    connections.add(connection);
    serve(connection, { handlers, otherwise }, () => connections.delete(connection));
  });
  return {
    address: listener.address,
    close() {
      listener.close();
      for (const connection of connections) connection.end();
    },
  };
}

export type RpcHandlers = Readonly<Record<string, RpcHandler>>;

/** A one-way message has the same handler; its outcome goes nowhere. */
export type RpcHandler = (body: unknown, call: RpcCall) => unknown;

export interface RpcCall {
  readonly peer: string;
  /** Breaks the caller's connection: it does not learn what became of this call, nor of any other on it. */
  reset(): void;
}

export interface RpcServer {
  readonly address: string;
  /** Accepts no more and ends the connections behind what was already answered. */
  close(): void;
}

function serve(connection: Connection, served: Served, gone: () => void): void {
  const reader = new FrameReader();
  const call: RpcCall = { peer: connection.peer, reset: () => connection.reset() };
  const answer = (frame: Frame): void => {
    if (frame.type === "request") handle(connection, served, call, frame);
  };
  connection.handle({
    data(chunk) {
      if (!reader.push(chunk, answer)) connection.reset();
    },
    ended() {
      connection.end();
    },
    closed: gone,
  });
}

interface Served {
  readonly handlers: RpcHandlers;
  /** For methods that are not among them. */
  readonly otherwise: RpcHandler;
}

function handle(connection: Connection, { handlers, otherwise }: Served, call: RpcCall, frame: Frame): void {
  const handler = Object.hasOwn(handlers, frame.method) ? handlers[frame.method]! : otherwise;
  try {
    const outcome = handler(decode(frame.body), call);
    if (outcome instanceof Promise)
      outcome
        .then(value => reply(connection, frame, value))
        .catch((error: unknown) => refuse(connection, frame, error));
    else reply(connection, frame, outcome);
  } catch (error) {
    refuse(connection, frame, error);
  }
}

function reply(connection: Connection, request: Frame, value: unknown): void {
  if (request.call !== 0) connection.write(encodeFrame("reply", request.call, request.method, value ?? null));
}

function refuse(connection: Connection, request: Frame, error: unknown): void {
  const fault = faultOf(error);
  if (request.call === 0) return;
  const { code, message, detail } = fault;
  connection.write(encodeFrame("fault", request.call, request.method, { code, message, detail }));
}

function faultOf(error: unknown): RpcFault {
  if (error instanceof RpcFault) return error;
  if (error instanceof DiskError || error instanceof NetError || error instanceof RpcError)
    return new RpcFault("failed", error.message);
  throw error;
}
