import type { BufferKind } from "../wire/buffer.ts";

/**
 * The buffers that a subtask has received and not yet taken, by channel. It owns their order: that of one channel is
 * kept; between channels it is first come, first served, a channel with more going to the back of the line.
 *
 * What a blocked channel receives waits here; its memory is bounded by the credits that are not given back meanwhile.
 */
export class InputGate {
  readonly #channels: readonly ChannelQueue[];
  /** Channels that have something and are not blocked; each stands here at most once. */
  readonly #ready: number[] = [];

  constructor(channels: number) {
    this.#channels = Array.from({ length: channels }, () => ({ buffers: [], blocked: false, ready: false }));
  }

  put(channel: number, kind: BufferKind, payload: Uint8Array): void {
    const queue = this.#channels[channel]!;
    queue.buffers.push({ channel, kind, payload });
    this.#enlist(channel, queue);
  }

  take(): ReceivedBuffer | undefined {
    for (;;) {
      const channel = this.#ready.shift();
      if (channel === undefined) return undefined;
      const queue = this.#channels[channel]!;
      queue.ready = false;
      if (queue.blocked) continue;
      const buffer = queue.buffers.shift();
      this.#enlist(channel, queue);
      return buffer;
    }
  }

  /** False when `take` would give nothing for certain. */
  get mayTake(): boolean {
    return this.#ready.length > 0;
  }

  block(channel: number): void {
    this.#channels[channel]!.blocked = true;
  }

  unblockAll(): void {
    for (const [channel, queue] of this.#channels.entries()) {
      queue.blocked = false;
      this.#enlist(channel, queue);
    }
  }

  clear(): void {
    for (const queue of this.#channels) queue.buffers.length = 0;
    this.#ready.length = 0;
  }

  #enlist(channel: number, queue: ChannelQueue): void {
    if (queue.ready || queue.blocked || queue.buffers.length === 0) return;
    queue.ready = true;
    this.#ready.push(channel);
  }
}

export interface ReceivedBuffer {
  readonly channel: number;
  readonly kind: BufferKind;
  readonly payload: Uint8Array;
}

interface ChannelQueue {
  readonly buffers: ReceivedBuffer[];
  blocked: boolean;
  ready: boolean;
}
