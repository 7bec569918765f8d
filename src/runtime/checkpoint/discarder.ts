import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import type { CheckpointStorage } from "../task/task-contract.ts";

/**
 * Removes files that nobody needs any more, in the background, one after the other. It owns patience, not judgement: a
 * path that is handed over must never be needed again. What cannot be removed after several tries stays as garbage for
 * the sweep of the next leader.
 */
export class Discarder {
  readonly #host: Host;
  readonly #storage: CheckpointStorage;
  readonly #queue: string[] = [];
  #working = false;
  #closed = false;

  constructor(host: Host, storage: CheckpointStorage) {
    this.#host = host;
    this.#storage = storage;
  }

  discard(paths: readonly string[]): void {
    this.#queue.push(...paths);
    if (!this.#working && this.#queue.length > 0) void this.#work();
  }

  /** A leader that was deposed deletes nothing. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let path = this.#queue.shift(); path !== undefined; path = this.#queue.shift()) await this.#remove(path);
    this.#working = false;
  }

  async #remove(path: string): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX && !this.#closed; tries++) {
      try {
        return await this.#storage.remove(path);
      } catch {
        await pause(this.#host, RETRY_MS);
      }
    }
  }
}

const TRIES_MAX = 5;
const RETRY_MS = 200;
