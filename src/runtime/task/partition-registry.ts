import type { Host, Timer } from "../../host/host.ts";
import type { ChannelRequest } from "../wire/channel-message.ts";
import type { EdgeOutput } from "./outputs.ts";
import type { Subpartition } from "./subpartition.ts";

/**
 * The outputs that a worker can serve, and the requests that came before their producer did (subtasks start in no
 * particular order). It owns who may read what: a subpartition is given out once, and only to the execution that it
 * was made for, so that no attempt ever reads, or feeds, one of another life.
 */
export class PartitionRegistry {
  readonly #host: Host;
  readonly #requestTimeoutMs: number;
  readonly #partitions = new Map<string, ServedPartition>();
  readonly #waiting = new Map<string, Claim>();

  constructor(host: Host, requestTimeoutMs: number) {
    this.#host = host;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /** `lost` is called when the consumer's connection ends before the partition did. */
  register(producer: string, edges: readonly EdgeOutput[], lost: (cause: string) => void): void {
    for (const { edge, subpartitions } of edges) {
      for (const { consumer, subpartition } of subpartitions) {
        const name = nameOf({ edge: edge.id, producer, consumer });
        const served = { subpartition, lost, forget: () => void this.#partitions.delete(name) };
        this.#partitions.set(name, served);
        const claim = this.#waiting.get(name);
        if (claim === undefined) continue;
        this.#drop(name);
        claim.ready(served);
      }
    }
  }

  release(producer: string, edges: readonly EdgeOutput[]): void {
    for (const { edge, subpartitions } of edges) {
      for (const { consumer, subpartition } of subpartitions) {
        this.#partitions.delete(nameOf({ edge: edge.id, producer, consumer }));
        subpartition.release();
      }
    }
  }

  /** One of the two is called: at once, when the producer registers, or when it has not come in time. */
  claim(request: ChannelRequest, ready: Claim["ready"], refused: (reason: string) => void): void {
    const name = nameOf(request);
    const served = this.#partitions.get(name);
    if (served?.subpartition.attached === true || this.#waiting.has(name)) return refused("it has a consumer already");
    if (served !== undefined) return ready(served);
    const timer = this.#host.timer(this.#requestTimeoutMs, () => {
      this.#waiting.delete(name);
      refused(`no such producer within ${this.#requestTimeoutMs} ms`);
    });
    this.#waiting.set(name, { ready, timer });
  }

  /** The consumer does not want it any more. */
  withdraw(request: ChannelRequest): void {
    this.#drop(nameOf(request));
  }

  #drop(name: string): void {
    this.#waiting.get(name)?.timer.cancel();
    this.#waiting.delete(name);
  }
}

export interface ServedPartition {
  readonly subpartition: Subpartition;
  lost(cause: string): void;
  /** Its last byte was handed over. */
  forget(): void;
}

interface Claim {
  readonly ready: (partition: ServedPartition) => void;
  readonly timer: Timer;
}

function nameOf(channel: Pick<ChannelRequest, "edge" | "producer" | "consumer">): string {
  return `${channel.edge} ${channel.producer} ${channel.consumer}`;
}
