import type { Host } from "../host/host.ts";
import { encodeFrame } from "./frame.ts";
import { RpcChannel } from "./rpc-channel.ts";
import { RpcError } from "./rpc-error.ts";

/** Is told of each call whether the server has answered it; a fault is an answer. */
export interface CallWatch {
  answered(address: string): void;
  notAnswered(address: string): void;
}

/**
 * Calls servers. It owns one channel per address, opened on demand and opened anew after a loss. Nothing is retried
 * here: a call ends in a reply, in the handler's {@link RpcFault}, or in an {@link RpcError} that says what may be
 * concluded.
 *
 * Order: calls and sends to one address arrive in the order in which they were made, as long as the connection lives.
 */
export class RpcClient {
  readonly #host: Host;
  readonly #timeoutMs: number;
  readonly #watch: CallWatch | undefined;
  readonly #channels = new Map<string, RpcChannel>();
  #lastCall = 0;

  constructor(host: Host, options: { readonly timeoutMs: number; readonly watch?: CallWatch }) {
    this.#host = host;
    this.#timeoutMs = options.timeoutMs;
    this.#watch = options.watch;
  }

  call(address: string, method: string, body: unknown, options?: { readonly timeoutMs?: number }): Promise<unknown> {
    const call = this.#nextCall();
    const frame = encodeFrame("request", call, method, body);
    const timeoutMs = options?.timeoutMs ?? this.#timeoutMs;
    const watch = this.#watch;
    return new Promise((resolve, reject) => {
      if (watch === undefined) return this.#channel(address).call(call, method, frame, timeoutMs, resolve, reject);
      const answered = (reply: unknown): void => {
        watch.answered(address);
        resolve(reply);
      };
      const failed = (error: Error): void => {
        if (!(error instanceof RpcError)) watch.answered(address);
        else if (error.reason !== "closed") watch.notAnswered(address);
        reject(error);
      };
      this.#channel(address).call(call, method, frame, timeoutMs, answered, failed);
    });
  }

  /** One way and best effort: whether it arrived is never known. */
  send(address: string, method: string, body: unknown): void {
    this.#channel(address).send(encodeFrame("request", 0, method, body));
  }

  /** Ends the connections behind what was sent; calls that are under way reject with the reason `closed`. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close("closed");
  }

  #channel(address: string): RpcChannel {
    let channel = this.#channels.get(address);
    if (channel === undefined || channel.closed) {
      channel = new RpcChannel(this.#host, address);
      this.#channels.set(address, channel);
    }
    return channel;
  }

  /** 1 … 2³²−1 and around; 0 marks one-way messages. */
  #nextCall(): number {
    this.#lastCall = this.#lastCall === 0xffff_ffff ? 1 : this.#lastCall + 1;
    return this.#lastCall;
  }
}
