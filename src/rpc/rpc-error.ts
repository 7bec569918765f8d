import { OutcomeError } from "../host/outcome-error.ts";

/**
 * How a call ends when it does not end in a reply. An {@link RpcError} is the network's doing and says what the caller
 * may conclude; an {@link RpcFault} is the answer of a handler that refuses, in a code of the domain.
 */
export class RpcError extends OutcomeError {
  override readonly name = "RpcError";
  /** `did-not-happen`: the request was never handed to a connection. `unknown`: it may have been carried out, or still be. */
  readonly outcome: "did-not-happen" | "unknown";
  readonly reason: RpcErrorReason;

  constructor(outcome: "did-not-happen" | "unknown", reason: RpcErrorReason, call: string) {
    super(`${call}: ${reason}, ${outcome === "unknown" ? "outcome unknown" : "did not happen"}`);
    this.outcome = outcome;
    this.reason = reason;
  }
}

export type RpcErrorReason =
  | "refused"
  | "unreachable"
  | "unknown-address"
  | "timed-out"
  | "reset"
  /** This client was closed by its owner. */
  | "closed"
  /** The reply is not what the protocol promises. */
  | "malformed-reply";

export class RpcFault extends OutcomeError {
  override readonly name = "RpcFault";
  readonly code: string;
  readonly detail: unknown;

  constructor(code: string, message: string, detail?: unknown) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}
