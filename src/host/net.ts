import { OutcomeError } from "./outcome-error.ts";

/**
 * Byte streams between processes, as TCP gives them: in order, once, in arbitrary chunks, back-pressured, with the
 * end of the stream (FIN) distinct from a reset. Framing is not here; it belongs to rpc/.
 *
 * An address is `<role>:<port name>`, such as `jm0:rpc`. The host resolves it: a simulated world to a machine, a real
 * host to an IP address and a port.
 */
export interface Net {
  /** Starts to accept; rejects with a {@link NetError} `address-in-use` where the address is taken. */
  listen(address: string, accept: (connection: Connection) => void): Promise<Listener>;
  /** Resolves after a round trip; rejects with a {@link NetError} `refused`, `unreachable` or `timed-out`. */
  connect(address: string): Promise<Connection>;
}

export interface Listener {
  readonly address: string;
  /** Accepts no more; accepted connections live on. */
  close(): void;
}

export interface Connection {
  /** The address that was connected to; for an accepted connection the peer's, as far as it is known. */
  readonly peer: string;
  /**
   * Queues bytes; the caller may reuse the array afterwards. False says that the send buffer is above its high-water
   * mark: the bytes are queued all the same, and `drained` follows. Writing after `end` or a close does nothing.
   */
  write(bytes: Uint8Array): boolean;
  /** Bytes that were queued by `write` and not yet handed to the network. */
  readonly bufferedBytes: number;
  /** Sends FIN behind the queued bytes; reading goes on. */
  end(): void;
  /** Drops queued bytes and resets the connection; the peer's `closed` says `reset`. */
  reset(): void;
  /** Stops reading: what arrives fills the receive window and then holds the peer back. */
  pause(): void;
  resume(): void;
  /** Bytes that arrive before this call wait for it, in order. It is called once, in the turn that got the connection. */
  handle(handlers: ConnectionHandlers): void;
}

export interface ConnectionHandlers {
  /** A chunk; the array belongs to the receiver. */
  data(chunk: Uint8Array): void;
  /** The peer has sent FIN and every byte before it was delivered. */
  ended?(): void;
  /** The send buffer fell below its low-water mark after `write` had returned false. */
  drained?(): void;
  /** Nothing follows. `ended` says that both directions were ended; `timed-out` that the peer gave no sign. */
  closed(how: "ended" | "reset" | "timed-out"): void;
}

export type NetErrorCode = "address-in-use" | "refused" | "unreachable" | "timed-out" | "unknown-address";

export class NetError extends OutcomeError {
  override readonly name = "NetError";
  readonly code: NetErrorCode;
  readonly address: string;
  constructor(code: NetErrorCode, address: string) {
    super(`${address}: ${code}`);
    this.code = code;
    this.address = address;
  }
}
