import type { Host } from "../../host/host.ts";

/** The data plane of one worker: it serves the outputs of its subtasks at `address` and opens the inputs of others. */
export class Shuffle {
  readonly address: string;
  readonly #host: Host;

  constructor(host: Host, address: string, _options: ShuffleOptions) {
    this.#host = host;
    this.address = address;
  }

  /** Resolves when partitions can be requested. */
  async start(): Promise<void> {
    await this.#host.net.listen(this.address, () => {});
  }

  close(): void {}
}

export interface ShuffleOptions {
  /** Records per buffer at most. */
  readonly bufferRecordsMax: number;
  /** Buffers that a consumer grants each channel. */
  readonly creditsPerChannel: number;
  /** How long a request waits for a producer that has not started yet. */
  readonly requestTimeoutMs: number;
}
