import { createServer, connect as connectTcp, type Server, type Socket } from "node:net";
import { NetError, type Connection, type Listener, type Net, type NetErrorCode } from "../net.ts";
import type { AddressBook, Endpoint } from "./address-book.ts";
import { NodeConnection } from "./node-connection.ts";

/**
 * TCP behind the port. It owns listening, connecting and the meaning of their errors; a connection's life is
 * node-connection.ts's, and where addresses lie the {@link AddressBook}'s.
 */
export class NodeNet implements Net {
  readonly #book: AddressBook;
  readonly #served = new Set<string>();
  readonly #servers = new Set<Server>();
  readonly #connections = new Set<NodeConnection>();
  #over = false;

  constructor(book: AddressBook) {
    this.#book = book;
  }

  async listen(address: string, accept: (connection: Connection) => void): Promise<Listener> {
    if (this.#over) return new Promise(() => {});
    if (this.#served.has(address)) throw new NetError("address-in-use", address);
    this.#served.add(address);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
      accept(this.#connection(socket, `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`));
    });
    let endpoint: Endpoint;
    try {
      endpoint = await bind(server, this.#book.bindAt(address));
    } catch (error) {
      this.#served.delete(address);
      throw netErrorOf(error, address);
    }
    if (this.#ended()) {
      server.close();
      return new Promise(() => {});
    }
    this.#book.bound(address, endpoint);
    this.#servers.add(server);
    return {
      address,
      close: () => {
        if (!this.#servers.delete(server)) return;
        this.#served.delete(address);
        server.close();
      },
    };
  }

  connect(address: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const endpoint = this.#book.resolve(address);
      if (this.#over) return;
      if (endpoint === undefined) return reject(new NetError("unknown-address", address));
      if (endpoint === "nobody-listens") return reject(new NetError("refused", address));
      const socket = connectTcp({ ...endpoint, allowHalfOpen: true, noDelay: true });
      const failed = (error: unknown): void => reject(netErrorOf(error, address));
      socket.once("error", failed);
      socket.once("connect", () => {
        socket.off("error", failed);
        if (this.#over) return void socket.resetAndDestroy();
        resolve(this.#connection(socket, address));
      });
    });
  }

  /** Ends everything at once, as the end of the process would; later calls never settle. */
  shutDown(): void {
    this.#over = true;
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections) connection.reset();
    this.#servers.clear();
    this.#served.clear();
  }

  /** It may have ended while something was waited for. */
  #ended(): boolean {
    return this.#over;
  }

  #connection(socket: Socket, peer: string): NodeConnection {
    const connection = new NodeConnection(socket, peer);
    this.#connections.add(connection);
    socket.once("close", () => this.#connections.delete(connection));
    return connection;
  }
}

function bind(server: Server, at: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, () => {
      server.off("error", reject);
      const bound = server.address();
      resolve({ host: at.host, port: typeof bound === "object" && bound !== null ? bound.port : at.port });
    });
  });
}

function netErrorOf(error: unknown, address: string): Error {
  const code = netErrorCodes[(error as NodeJS.ErrnoException).code ?? ""];
  return code === undefined ? (error as Error) : new NetError(code, address);
}

const netErrorCodes: Readonly<Partial<Record<string, NetErrorCode>>> = {
  EADDRINUSE: "address-in-use",
  ECONNREFUSED: "refused",
  ECONNRESET: "refused",
  ETIMEDOUT: "timed-out",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  ENOTFOUND: "unknown-address",
  EAI_AGAIN: "unreachable",
};
