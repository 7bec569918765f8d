import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import type { CheckpointStorage } from "../task/task-contract.ts";
import { isStorageFailure } from "./storage.ts";

/**
 * Removes files that nobody needs any more, in the background, many at once. It owns patience, not judgement: a path
 * that is handed over must never be needed again. What cannot be removed in several rounds stays as garbage for the sweep
 * of the next leader.
 *
 * A path that fails waits behind all others: while one storage node is away no removal succeeds as a whole, and what
 * the other nodes hold must not pile up behind it.
 */
export class Discarder {
  readonly #host: Host;
  readonly #storage: CheckpointStorage;
  #waiting: Discarded[] = [];
  #working = false;
  #closed = false;

  constructor(host: Host, storage: CheckpointStorage) {
    this.#host = host;
    this.#storage = storage;
  }

  discard(paths: readonly string[]): void {
    if (this.#closed) return;
    for (const path of paths) this.#waiting.push({ path, tries: 0 });
    if (!this.#working && this.#waiting.length > 0) void this.#work();
  }

  /** A leader that was deposed deletes nothing. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0, ROUND_MAX);
      const failed = (await Promise.all(round.map(one => this.#remove(one)))).flatMap(one => one ?? []);
      if (failed.length === 0) continue;
      await pause(this.#host, RETRY_MS);
      if (!this.#closed) this.#waiting.push(...failed.filter(({ tries }) => tries < TRIES_MAX));
    }
    this.#working = false;
  }

  /** The path with one try more when it could not be removed. */
  async #remove({ path, tries }: Discarded): Promise<Discarded | undefined> {
    try {
      await this.#storage.remove(path);
      return undefined;
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      return { path, tries: tries + 1 };
    }
  }
}

interface Discarded {
  readonly path: string;
  readonly tries: number;
}

/** Files removed at the same time: more than a checkpoint of a dozen subtasks has, and no flood. */
const ROUND_MAX = 64;
/** A node that refuses at once, as one that starts does, is asked for five seconds; one that is silent for longer. */
const TRIES_MAX = 25;
const RETRY_MS = 200;
