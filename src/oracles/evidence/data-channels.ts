import type { FrameObservation } from "../../sim/observation.ts";

/**
 * What a claim knows of each data channel between two workers: the connection and the channel's number on it name one.
 * It owns the names; what is known is the claim's. Channels within one worker pass no device: nobody sees them.
 */
export class DataChannels<Known> {
  /** Connection → number of the channel. */
  readonly #known = new Map<number, Map<number, Known>>();

  /** Of the channel on which this frame came; nothing when its request was not seen. */
  of({ connection, frame }: FrameObservation): Known | undefined {
    return this.#known.get(connection)?.get(frame.call);
  }

  /** To be called with the request that opens the channel. */
  open({ connection, frame }: FrameObservation, known: Known): void {
    let channels = this.#known.get(connection);
    if (channels === undefined) this.#known.set(connection, (channels = new Map<number, Known>()));
    channels.set(frame.call, known);
  }

  forget(isOver: (known: Known) => boolean): void {
    for (const [connection, channels] of this.#known) {
      for (const [call, known] of channels) if (isOver(known)) channels.delete(call);
      if (channels.size === 0) this.#known.delete(connection);
    }
  }
}
