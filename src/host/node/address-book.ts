/**
 * Where the addresses of the port lie on real networks. It owns the mapping and no socket.
 */
export interface AddressBook {
  /** Where to bind an address that this machine serves; port 0 lets the machine choose. */
  bindAt(address: string): Endpoint;
  /** The address is served there now. */
  bound(address: string, endpoint: Endpoint): void;
  /** Where to connect to; `nobody-listens` for a known role that does not serve it, undefined for an unknown role. */
  resolve(address: string): Endpoint | "nobody-listens" | undefined;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * The addresses of processes that share this machine and this OS process: each binds to a port of the machine's choice
 * on the loopback. An address keeps its endpoint after its listener closed, so that a later connect is refused, as at a
 * machine that is up, and the address is bound anew wherever it is served next.
 *
 * Roles are announced before anyone connects, since an address of a known role that nobody serves yet is refused while
 * one of an unknown role is a mistake.
 */
export class LocalAddressBook implements AddressBook {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #roles = new Set<string>();

  /** Says that a role belongs to this cluster. */
  announce(role: string): void {
    this.#roles.add(role);
  }

  bindAt(): Endpoint {
    return { host: LOOPBACK, port: 0 };
  }

  bound(address: string, endpoint: Endpoint): void {
    this.#roles.add(roleOf(address));
    this.#endpoints.set(address, endpoint);
  }

  resolve(address: string): Endpoint | "nobody-listens" | undefined {
    const endpoint = this.#endpoints.get(address);
    if (endpoint !== undefined) return endpoint;
    return this.#roles.has(roleOf(address)) ? "nobody-listens" : undefined;
  }
}

function roleOf(address: string): string {
  const colon = address.indexOf(":");
  return colon < 0 ? address : address.slice(0, colon);
}

const LOOPBACK = "127.0.0.1";
