import type { Host } from "../../host/host.ts";
import type { Frame } from "../../rpc/frame.ts";
import { WireError } from "../wire/buffer.ts";
import {
  bufferKindOf,
  type ChannelRequest,
  dataMethods,
  decodeRefusal,
  encodeChannelRequest,
  encodeCredits,
} from "../wire/channel-message.ts";
import { DataConnection } from "./data-connection.ts";
import { type ChannelReceiver, CreditReturn, type InputChannel } from "./input-channel.ts";

/**
 * The consumers' end of one connection: all channels that this worker reads from another worker. It owns the numbers of
 * the channels.
 *
 * It is opened once. When it is lost, all channels on it are lost and their subtasks fail: a connection that came back by
 * itself could miss its tail. It ends with its last channel, so that no attempt inherits the connection of an older one.
 */
export class FetchingConnection {
  readonly #address: string;
  readonly #ended: (self: FetchingConnection) => void;
  readonly #channels = new Map<number, FetchedChannel>();
  #connection: DataConnection | undefined;
  #state: "open" | "ended" = "open";
  #nextNumber = 1;

  constructor(host: Host, address: string, ended: (self: FetchingConnection) => void) {
    this.#address = address;
    this.#ended = ended;
    host.net.connect(address).then(
      connection => {
        if (this.#state === "ended") return connection.reset();
        this.#connection = new DataConnection(
          connection,
          frame => this.#receive(frame),
          () => this.#lose("was lost"),
        );
        for (const [number, channel] of this.#channels) this.#request(number, channel);
      },
      (error: unknown) => this.#lose(`was not to be had (${error instanceof Error ? error.message : String(error)})`),
    );
  }

  open(request: ChannelRequest, receiver: ChannelReceiver): InputChannel {
    const number = this.#nextNumber++;
    const channel: FetchedChannel = { request, receiver };
    this.#channels.set(number, channel);
    this.#request(number, channel);
    const credit = new CreditReturn(request.credits, credits => {
      if (this.#channels.has(number)) this.#connection?.send(dataMethods.credit, number, encodeCredits(credits));
    });
    return {
      consumed: () => credit.consumed(),
      close: () => {
        if (!this.#channels.delete(number)) return;
        this.#connection?.send(dataMethods.close, number, nothing);
        this.#endIfUnused();
      },
    };
  }

  close(): void {
    this.#lose("was closed");
  }

  #request(number: number, { request }: FetchedChannel): void {
    this.#connection?.send(dataMethods.request, number, encodeChannelRequest(request));
  }

  #receive(frame: Frame): void {
    const channel = this.#channels.get(frame.call);
    // Buffers may be on their way to a channel that has just been closed.
    if (channel === undefined) return;
    if (frame.method === dataMethods.refused) {
      this.#channels.delete(frame.call);
      channel.receiver.lost(`${channel.request.producer} refused: ${decodeRefusal(frame.body)}`);
      return this.#endIfUnused();
    }
    const kind = bufferKindOf(frame.method);
    if (kind === undefined) throw new WireError(`a consumer does not understand ${frame.method}`);
    if (kind === "end-of-channel") this.#channels.delete(frame.call);
    channel.receiver.receive(kind, frame.body);
    if (kind === "end-of-channel") this.#endIfUnused();
  }

  #endIfUnused(): void {
    if (this.#channels.size === 0) this.#end();
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#ended(this);
    this.#connection?.end();
  }

  #lose(how: string): void {
    const lost = [...this.#channels.values()];
    this.#channels.clear();
    this.#end();
    for (const { request, receiver } of lost)
      receiver.lost(`the connection to ${request.producer} at ${this.#address} ${how}`);
  }
}

interface FetchedChannel {
  readonly request: ChannelRequest;
  readonly receiver: ChannelReceiver;
}

const nothing = new Uint8Array(0);
