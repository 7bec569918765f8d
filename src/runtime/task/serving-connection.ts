import type { Connection } from "../../host/net.ts";
import type { Frame } from "../../rpc/frame.ts";
import { WireError, type BufferKind } from "../wire/buffer.ts";
import {
  type ChannelRequest,
  dataMethods,
  decodeChannelRequest,
  decodeCredits,
  encodeRefusal,
} from "../wire/channel-message.ts";
import { DataConnection } from "./data-connection.ts";
import type { PartitionRegistry, ServedPartition } from "./partition-registry.ts";

/**
 * The producers' end of one connection: another worker asks for channels and gives credit, and gets their buffers. It owns
 * which channel number means which subpartition.
 *
 * When the connection is lost, every subpartition that was not sent to its end is lost with it, and its subtask is told.
 */
export class ServingConnection {
  readonly #connection: DataConnection;
  readonly #registry: PartitionRegistry;
  readonly #channels = new Map<number, ServedChannel>();

  constructor(connection: Connection, registry: PartitionRegistry, closed: (self: ServingConnection) => void) {
    this.#registry = registry;
    this.#connection = new DataConnection(
      connection,
      frame => this.#receive(frame),
      () => {
        closed(this);
        this.#lose(connection.peer);
      },
    );
  }

  close(): void {
    this.#connection.fail();
  }

  #receive(frame: Frame): void {
    switch (frame.method) {
      case dataMethods.request:
        return this.#request(frame.call, decodeChannelRequest(frame.body));
      case dataMethods.credit:
        // Credit for a channel that has just been sent to its end, or was refused, finds nobody.
        return this.#channels.get(frame.call)?.partition?.subpartition.grant(decodeCredits(frame.body));
      case dataMethods.close:
        return this.#close(frame.call);
      default:
        throw new WireError(`a producer does not understand ${frame.method}`);
    }
  }

  #request(number: number, request: ChannelRequest): void {
    if (this.#channels.has(number)) throw new WireError(`channel ${number} is in use`);
    const channel: ServedChannel = { request, partition: undefined };
    this.#channels.set(number, channel);
    this.#registry.claim(
      request,
      partition => {
        channel.partition = partition;
        partition.subpartition.attach(
          { send: (kind, payload) => this.#send(number, partition, kind, payload) },
          request.credits,
        );
      },
      reason => {
        this.#channels.delete(number);
        this.#connection.send(dataMethods.refused, number, encodeRefusal(reason));
      },
    );
  }

  #send(number: number, partition: ServedPartition, kind: BufferKind, payload: Uint8Array): void {
    this.#connection.send(dataMethods.buffers[kind], number, payload);
    if (kind !== "end-of-channel") return;
    this.#channels.delete(number);
    partition.forget();
  }

  #close(number: number): void {
    const channel = this.#channels.get(number);
    this.#channels.delete(number);
    if (channel?.partition !== undefined) channel.partition.subpartition.release();
    else if (channel !== undefined) this.#registry.withdraw(channel.request);
  }

  #lose(peer: string): void {
    const lost = [...this.#channels.values()];
    this.#channels.clear();
    for (const { request, partition } of lost) {
      if (partition === undefined) this.#registry.withdraw(request);
      else if (!partition.subpartition.released) {
        partition.subpartition.release();
        partition.lost(`the connection to ${request.consumer} was lost (${peer})`);
      }
    }
  }
}

interface ServedChannel {
  readonly request: ChannelRequest;
  /** Undefined while the producer has not started. */
  partition: ServedPartition | undefined;
}
