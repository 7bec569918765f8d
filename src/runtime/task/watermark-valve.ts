/** The event time of an operator: the least over its channels, which never falls (TI-1). */
export class WatermarkValve {
  readonly #channels: number[];
  #currentMs = -Infinity;

  constructor(channels: number) {
    this.#channels = new Array<number>(channels).fill(-Infinity);
  }

  /** The new event time when this watermark moved it on. */
  advance(channel: number, watermarkMs: number): number | undefined {
    if (watermarkMs <= this.#channels[channel]!) return undefined;
    this.#channels[channel] = watermarkMs;
    let least = Infinity;
    for (const other of this.#channels) if (other < least) least = other;
    if (least <= this.#currentMs) return undefined;
    this.#currentMs = least;
    return least;
  }
}
