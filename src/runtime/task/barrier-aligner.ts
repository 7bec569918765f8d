/**
 * Aligned barriers (Chandy-Lamport as in Flink's ABS, Carbone et al. 2015): which channels are blocked, and when a
 * checkpoint's barrier has come on every live one. It owns that and nothing else: it holds no buffers and takes no snapshot.
 *
 * Rules: a channel is blocked from its barrier to the end of the alignment (BA-2); a channel that ended counts as having
 * delivered every barrier (BA-4); a newer barrier, or the abort of the checkpoint, ends an alignment without result;
 * barriers that are not newer than the last one settled are void.
 */
export class BarrierAligner {
  readonly #channels: number;
  readonly #ended = new Set<number>();
  readonly #arrived = new Set<number>();
  #current: number | undefined;
  /** Completed or given up: no barrier up to this id means anything any more. */
  #settled = 0;

  constructor(channels: number) {
    this.#channels = channels;
  }

  /** The checkpoint that is being aligned. */
  get aligning(): number | undefined {
    return this.#current;
  }

  /** Nothing of this channel may be processed until the alignment ends. */
  blocked(channel: number): boolean {
    return this.#arrived.has(channel);
  }

  barrier(channel: number, checkpoint: number): Alignment {
    if (checkpoint <= this.#settled || (this.#current !== undefined && checkpoint < this.#current))
      return { kind: "void" };
    const cancelled =
      this.#current !== undefined && checkpoint > this.#current ? this.#giveUp(this.#current) : undefined;
    const first = this.#current === undefined;
    this.#current = checkpoint;
    this.#arrived.add(channel);
    return { ...this.#outcome(checkpoint), first, ...(cancelled === undefined ? {} : { cancelled }) };
  }

  /** The channel delivers nothing more. */
  end(channel: number): Alignment {
    this.#ended.add(channel);
    return this.#current === undefined ? { kind: "void" } : { ...this.#outcome(this.#current), first: false };
  }

  /** True when this released blocked channels. */
  abort(checkpoint: number): boolean {
    if (checkpoint > this.#settled && (this.#current === undefined || checkpoint < this.#current)) {
      // Its barriers are still on their way and are void when they come. One being aligned is newer, and goes on.
      if (this.#current === undefined) this.#settled = checkpoint;
      return false;
    }
    if (checkpoint !== this.#current) return false;
    this.#giveUp(checkpoint);
    return true;
  }

  get endedChannels(): number {
    return this.#ended.size;
  }

  #outcome(checkpoint: number): { readonly kind: "waiting" | "aligned"; readonly checkpoint: number } {
    for (let channel = 0; channel < this.#channels; channel++) {
      if (!this.#arrived.has(channel) && !this.#ended.has(channel)) return { kind: "waiting", checkpoint };
    }
    this.#giveUp(checkpoint);
    return { kind: "aligned", checkpoint };
  }

  #giveUp(checkpoint: number): number {
    this.#arrived.clear();
    this.#current = undefined;
    this.#settled = checkpoint;
    return checkpoint;
  }
}

export type Alignment =
  | { readonly kind: "void" }
  | {
      readonly kind: "waiting" | "aligned";
      readonly checkpoint: number;
      /** The first barrier of its checkpoint. */
      readonly first: boolean;
      /** The older checkpoint whose alignment this barrier ended. */
      readonly cancelled?: number;
    };
