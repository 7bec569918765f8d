import type { Host, Timer } from "../host/host.ts";
import { NetError, type Connection } from "../host/net.ts";
import { CodecError } from "./codec-error.ts";
import { decode } from "./codec.ts";
import type { Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { RpcError, RpcFault, type RpcErrorReason } from "./rpc-error.ts";

/**
 * A client's one connection to one address: opened by the first message, closed for good at its loss (the client then
 * makes a new channel). It owns the calls that wait for a reply and their time-outs.
 *
 * A call that times out on a connection from which nothing came since the call was sent takes the connection
 * with it: the peer may be gone without a sign (half-open), and only a new connection finds out.
 */
export class RpcChannel {
  readonly #host: Host;
  readonly #address: string;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, PendingCall>();
  /** Messages that wait for the connection; a call that times out meanwhile is taken out and did not happen. */
  #queue: { readonly call: number; readonly frame: Uint8Array }[] = [];
  #connection: Connection | undefined;
  #closed = false;
  #framesReceived = 0;
  #deadlineTimer: Timer | undefined;
  #deadlineMs = 0;

  constructor(host: Host, address: string) {
    this.#host = host;
    this.#address = address;
    host.net.connect(address).then(
      connection => this.#opened(connection),
      (error: unknown) => this.#notOpened(error),
    );
  }

  get closed(): boolean {
    return this.#closed;
  }

  call(
    call: number,
    method: string,
    frame: Uint8Array,
    timeoutMs: number,
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
  ): void {
    const deadlineMs = this.#host.clock.monotonic() + timeoutMs;
    this.#pending.set(call, { method, deadlineMs, sentAfterFrames: this.#framesReceived, resolve, reject });
    this.#watch(deadlineMs, timeoutMs);
    this.#write(call, frame);
  }

  send(frame: Uint8Array): void {
    this.#write(0, frame);
  }

  /** Rejects what waits and lets go of the connection: at once when it is useless, else behind what was written. */
  close(reason: RpcErrorReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadlineTimer?.cancel();
    if (reason === "closed") this.#connection?.end();
    else this.#connection?.reset();
    const pending = [...this.#pending];
    const unsent = new Set(this.#queue.map(message => message.call));
    this.#pending.clear();
    this.#queue = [];
    for (const [call, waiting] of pending) waiting.reject(this.#error(waiting.method, unsent.has(call), reason));
  }

  #write(call: number, frame: Uint8Array): void {
    // The frame lives in the encoder's buffer: a connection copies it, the queue has to.
    if (this.#connection === undefined) this.#queue.push({ call, frame: frame.slice() });
    else this.#connection.write(frame);
  }

  #opened(connection: Connection): void {
    if (this.#closed) return connection.reset();
    this.#connection = connection;
    connection.handle({
      data: chunk => {
        if (!this.#closed && !this.#reader.push(chunk, frame => this.#receive(frame))) this.close("reset");
      },
      ended: () => this.close("reset"),
      closed: () => this.close("reset"),
    });
    const queue = this.#queue;
    this.#queue = [];
    for (const message of queue) connection.write(message.frame);
  }

  #notOpened(error: unknown): void {
    if (!(error instanceof NetError)) throw error;
    this.close(error.code === "address-in-use" ? "unreachable" : error.code);
  }

  #receive(frame: Frame): void {
    this.#framesReceived++;
    const waiting = this.#pending.get(frame.call);
    // The reply of a call that timed out finds nobody: its caller was told that the outcome is unknown.
    if (waiting === undefined) return;
    this.#pending.delete(frame.call);
    try {
      if (frame.type === "reply") waiting.resolve(decode(frame.body));
      else if (frame.type === "fault") waiting.reject(readFault(decode(frame.body)));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      waiting.reject(this.#error(waiting.method, false, "malformed-reply"));
    }
  }

  /** One timer serves all calls: it is set for the earliest deadline and set anew when it fires, never per reply. */
  #watch(deadlineMs: number, delayMs: number): void {
    if (this.#deadlineTimer !== undefined && this.#deadlineMs <= deadlineMs) return;
    this.#deadlineTimer?.cancel();
    this.#deadlineMs = deadlineMs;
    this.#deadlineTimer = this.#host.timer(delayMs, () => this.#expire());
  }

  #expire(): void {
    this.#deadlineTimer = undefined;
    const nowMs = this.#host.clock.monotonic();
    let nextMs = Infinity;
    let silent = false;
    for (const [call, waiting] of this.#pending) {
      if (waiting.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, waiting.deadlineMs);
        continue;
      }
      this.#pending.delete(call);
      const inQueue = this.#queue.findIndex(message => message.call === call);
      if (inQueue >= 0) this.#queue.splice(inQueue, 1);
      silent ||= waiting.sentAfterFrames === this.#framesReceived;
      waiting.reject(this.#error(waiting.method, inQueue >= 0, "timed-out"));
    }
    if (silent) this.close("timed-out");
    else if (nextMs !== Infinity) this.#watch(nextMs, nextMs - nowMs);
  }

  #error(method: string, unsent: boolean, reason: RpcErrorReason): RpcError {
    return new RpcError(unsent ? "did-not-happen" : "unknown", reason, `${method} at ${this.#address}`);
  }
}

interface PendingCall {
  readonly method: string;
  readonly deadlineMs: number;
  /** Frames received before it was sent: equal at its time-out, nothing came in all that time. */
  readonly sentAfterFrames: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function readFault(body: unknown): RpcFault {
  const { code, message, detail } = (body ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly detail?: unknown;
  };
  if (typeof code !== "string" || typeof message !== "string") throw new CodecError("a fault has a code and a message");
  return new RpcFault(code, message, detail);
}
