import type { Host, Timer } from "../../../host/host.ts";
import type { Committable, SinkCommitter } from "../../api/sink.ts";
import { Unrecoverable } from "../../api/unrecoverable.ts";

/**
 * What a sink has prepared and does not know to be committed, in the order of its epochs. It owns the loop that commits:
 * one committable after the other, an unknown outcome asked again until it is known, a lost one loud.
 */
export class PendingCommits {
  readonly #options: PendingCommitsOptions;
  readonly #epochs: { readonly checkpoint: number; items: Committable[] }[] = [];
  #upTo = 0;
  #running: Promise<"committed" | "closed"> | undefined;
  #retry: { readonly timer: Timer; readonly resolve: () => void } | undefined;
  #closed = false;

  constructor(options: PendingCommitsOptions) {
    this.#options = options;
  }

  get empty(): boolean {
    return this.#epochs.length === 0;
  }

  /** Epochs come in growing order. */
  add(checkpoint: number, items: readonly Committable[]): void {
    this.#epochs.push({ checkpoint, items: [...items] });
  }

  list(): readonly EpochCommittables[] {
    return this.#epochs.map(({ checkpoint, items }) => ({ checkpoint, items: [...items] }));
  }

  /**
   * Commits every epoch up to this one; resolves when that is done, or will not be done here any more. Rejects when
   * prepared work was lost.
   */
  commitUpTo(checkpoint: number): Promise<"committed" | "closed"> {
    if (checkpoint > this.#upTo) this.#upTo = checkpoint;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#retry?.timer.cancel();
    this.#retry?.resolve();
  }

  async #run(): Promise<"committed" | "closed"> {
    for (let epoch = this.#next(); epoch !== undefined; epoch = this.#next()) {
      this.#options.committing(epoch.checkpoint);
      while (epoch.items.length > 0) {
        await this.#commit(epoch.items[0]!, epoch.checkpoint);
        if (this.#closed) return "closed";
        epoch.items.shift();
      }
      this.#epochs.shift();
    }
    if (this.#closed) return "closed";
    if (this.empty) this.#options.settled();
    return "committed";
  }

  #next(): { readonly checkpoint: number; items: Committable[] } | undefined {
    const first = this.#epochs[0];
    return this.#closed || first === undefined || first.checkpoint > this.#upTo ? undefined : first;
  }

  async #commit(item: Committable, checkpoint: number): Promise<void> {
    for (let delayMs = RETRY_MS_MIN; !this.#closed; delayMs = Math.min(2 * delayMs, RETRY_MS_MAX)) {
      const outcome = await this.#options.committer.commit(item);
      switch (outcome) {
        case "committed":
        case "already-committed":
          return;
        case "aborted":
        case "unknown-id":
          throw new Unrecoverable(`Prepared work of checkpoint ${checkpoint} was lost: its commit says "${outcome}".`);
        case "unknown":
          await this.#pause(delayMs);
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise(resolve => {
      this.#retry = { timer: this.#options.host.timer(delayMs, resolve), resolve };
    });
  }
}

/** The committables of one epoch, as a snapshot holds them. */
export interface EpochCommittables {
  readonly checkpoint: number;
  readonly items: readonly Committable[];
}

export interface PendingCommitsOptions {
  readonly host: Host;
  readonly committer: SinkCommitter;
  readonly committing: (checkpoint: number) => void;
  readonly settled: () => void;
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;
