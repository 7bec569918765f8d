import { NetError, type Connection, type Listener, type Net } from "../../host/net.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { portCall } from "../port-call.ts";
import type { NetStack } from "./net-stack.ts";
import type { Network } from "./network.ts";
import type { Acceptor, Socket, SocketOwner } from "./socket.ts";

/**
 * The network as one process calls it. It owns what that process has open, so that its machine's kernel can clean up
 * after it.
 */
export class SimNet implements Net, SocketOwner {
  readonly incarnation: Incarnation;
  readonly sockets = new Set<Socket>();
  readonly #network: Network;
  readonly #stack: NetStack;
  readonly #resolve: (address: string) => NetStack | undefined;
  readonly #listeners = new Map<string, Acceptor>();

  constructor(
    incarnation: Incarnation,
    machine: { network: Network; stack: NetStack; resolve: (address: string) => NetStack | undefined },
  ) {
    this.incarnation = incarnation;
    this.#network = machine.network;
    this.#stack = machine.stack;
    this.#resolve = machine.resolve;
  }

  listen(address: string, accept: (connection: Connection) => void): Promise<Listener> {
    if (!this.incarnation.enter(portCall.listen)) return new Promise(() => {});
    if (this.#resolve(address) !== this.#stack) return Promise.reject(new NetError("unknown-address", address));
    if (this.#stack.listeners.has(address)) return Promise.reject(new NetError("address-in-use", address));
    const acceptor: Acceptor = { owner: this, accept };
    this.#stack.listeners.set(address, acceptor);
    this.#listeners.set(address, acceptor);
    return Promise.resolve({
      address,
      close: () => {
        if (this.incarnation.enter(portCall.stopListening)) this.#stopListening(address, acceptor);
      },
    });
  }

  connect(address: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      if (!this.incarnation.enter(portCall.connect)) return;
      const to = this.#resolve(address);
      if (to === undefined) return reject(new NetError("unknown-address", address));
      this.#network.dial(this, {
        from: this.#stack,
        to,
        address,
        connected: resolve,
        failed: code => reject(new NetError(code, address)),
      });
    });
  }

  /** The process has ended; its kernel closes what it had open. */
  processEnded(): void {
    for (const [address, acceptor] of this.#listeners) this.#stopListening(address, acceptor);
    for (const socket of [...this.sockets]) socket.orphan();
  }

  #stopListening(address: string, acceptor: Acceptor): void {
    if (this.#stack.listeners.get(address) === acceptor) this.#stack.listeners.delete(address);
    this.#listeners.delete(address);
  }
}
