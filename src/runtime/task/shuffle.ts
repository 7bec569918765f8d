import type { Host } from "../../host/host.ts";
import type { Listener } from "../../host/net.ts";
import type { BufferKind } from "../wire/buffer.ts";
import type { ChannelRequest } from "../wire/channel-message.ts";
import { FetchingConnection } from "./fetching-connection.ts";
import { type ChannelReceiver, CreditReturn, type InputChannel } from "./input-channel.ts";
import type { EdgeOutput } from "./outputs.ts";
import { PartitionRegistry } from "./partition-registry.ts";
import { ServingConnection } from "./serving-connection.ts";

/**
 * The data plane of one worker: it serves the outputs of its subtasks at `address` and opens their inputs. It owns the
 * connections, one for each other worker in each direction, and the short way between two subtasks of this worker,
 * which skips the network but passes the same bytes under the same credit.
 */
export class Shuffle {
  readonly address: string;
  readonly options: ShuffleOptions;
  readonly #host: Host;
  readonly #registry: PartitionRegistry;
  readonly #serving = new Set<ServingConnection>();
  readonly #fetching = new Map<string, FetchingConnection>();
  #listener: Listener | undefined;
  #local: LocalDelivery[] = [];

  constructor(host: Host, address: string, options: ShuffleOptions) {
    this.#host = host;
    this.address = address;
    this.options = options;
    this.#registry = new PartitionRegistry(host, options.requestTimeoutMs);
  }

  /** Resolves when channels can be requested. */
  async start(): Promise<void> {
    this.#listener = await this.#host.net.listen(this.address, connection => {
      this.#serving.add(new ServingConnection(connection, this.#registry, self => this.#serving.delete(self)));
    });
  }

  /** Makes a subtask's outputs available to their consumers; `lost` says that one of them was cut off. */
  register(producer: string, edges: readonly EdgeOutput[], lost: (cause: string) => void): void {
    this.#registry.register(producer, edges, lost);
  }

  release(producer: string, edges: readonly EdgeOutput[]): void {
    this.#registry.release(producer, edges);
  }

  /** Opens a channel from the producer at `address`; what goes wrong is told to the receiver, later. */
  open(channel: Omit<ChannelRequest, "credits">, address: string, receiver: ChannelReceiver): InputChannel {
    const request = { ...channel, credits: this.options.creditsPerChannel };
    if (address === this.address) return this.#openLocal(request, receiver);
    let connection = this.#fetching.get(address);
    if (connection === undefined) {
      connection = new FetchingConnection(this.#host, address, self => {
        if (this.#fetching.get(address) === self) this.#fetching.delete(address);
      });
      this.#fetching.set(address, connection);
    }
    return connection.open(request, receiver);
  }

  close(): void {
    this.#listener?.close();
    for (const connection of [...this.#fetching.values()]) connection.close();
    for (const connection of [...this.#serving]) connection.close();
  }

  #openLocal(request: ChannelRequest, receiver: ChannelReceiver): InputChannel {
    let open = true;
    let release = (): void => this.#registry.withdraw(request);
    let grant: (credits: number) => void = () => {};
    const deliver = (kind: BufferKind, payload: Uint8Array): void => {
      if (open) receiver.receive(kind, payload);
    };
    this.#registry.claim(
      request,
      partition => {
        release = () => partition.subpartition.release();
        grant = credits => partition.subpartition.grant(credits);
        const send = (kind: BufferKind, payload: Uint8Array): void => {
          if (kind === "end-of-channel") partition.forget();
          this.#deliverLater({ deliver, kind, payload });
        };
        partition.subpartition.attach({ send }, request.credits);
      },
      reason => {
        if (open) receiver.lost(`${request.producer} refused: ${reason}`);
      },
    );
    const credit = new CreditReturn(request.credits, credits => grant(credits));
    return {
      consumed: () => credit.consumed(),
      close: () => {
        if (!open) return;
        open = false;
        release();
      },
    };
  }

  /** A subtask is never called from within another: local buffers are delivered in an event of their own. */
  #deliverLater(delivery: LocalDelivery): void {
    if (this.#local.push(delivery) > 1) return;
    this.#host.timer(0, () => {
      const deliveries = this.#local;
      this.#local = [];
      for (const { deliver, kind, payload } of deliveries) deliver(kind, payload);
    });
  }
}

export interface ShuffleOptions {
  /** Records per buffer at most. */
  readonly bufferRecordsMax: number;
  /** Buffers of records that a consumer grants each channel, at least 1. */
  readonly creditsPerChannel: number;
  /** How long a request waits for a producer that has not started yet. */
  readonly requestTimeoutMs: number;
}

interface LocalDelivery {
  readonly deliver: (kind: BufferKind, payload: Uint8Array) => void;
  readonly kind: BufferKind;
  readonly payload: Uint8Array;
}
