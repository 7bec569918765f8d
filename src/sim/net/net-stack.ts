import type { Link, LinkEnd } from "./link.ts";
import type { Acceptor, Socket } from "./socket.ts";

/**
 * The network as one machine's kernel keeps it: who listens, which sockets there are, and the links that lead to and
 * from it. It outlives the processes of the machine, and forgets everything but its links when the power goes.
 */
export class NetStack implements LinkEnd {
  readonly name: string;
  readonly listeners = new Map<string, Acceptor>();
  /** All that are not closed, those without a process included. */
  readonly sockets = new Set<Socket>();
  readonly linksTo = new Map<NetStack, Link>();
  readonly #linksFrom: Link[] = [];
  #powered = true;

  constructor(name: string) {
    this.name = name;
  }

  get powered(): boolean {
    return this.#powered;
  }

  addLink(to: NetStack, link: Link): void {
    this.linksTo.set(to, link);
    to.#linksFrom.push(link);
  }

  powerLoss(): void {
    this.#powered = false;
    this.listeners.clear();
    for (const socket of [...this.sockets]) socket.powerLost();
    for (const link of this.linksTo.values()) link.senderLostPower();
    for (const link of this.#linksFrom) link.update();
  }

  powerOn(): void {
    this.#powered = true;
    for (const link of this.#linksFrom) link.update();
  }
}
