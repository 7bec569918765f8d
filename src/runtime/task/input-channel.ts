import type { BufferKind } from "../wire/buffer.ts";

/** What a subtask holds of each channel that it reads. */
export interface InputChannel {
  /** A buffer of records was taken out of the gate: its credit goes back. */
  consumed(): void;
  /** Reads no more. The producer's data for it is dropped. */
  close(): void;
}

/** What a channel calls at the subtask that reads it; it must not throw. */
export interface ChannelReceiver {
  receive(kind: BufferKind, payload: Uint8Array): void;
  /** The channel is gone before its end: called at most once, nothing follows. */
  lost(cause: string): void;
}

/**
 * Gives credit back in lots of half of what was granted, so that a message goes back for every few buffers and not for
 * each; the producer cannot starve, because a lot is never more than what it may have outstanding.
 */
export class CreditReturn {
  readonly #lot: number;
  readonly #grant: (credits: number) => void;
  #owed = 0;

  constructor(credits: number, grant: (credits: number) => void) {
    this.#lot = Math.max(1, credits >> 1);
    this.#grant = grant;
  }

  consumed(): void {
    this.#owed++;
    if (this.#owed < this.#lot) return;
    const credits = this.#owed;
    this.#owed = 0;
    this.#grant(credits);
  }
}
