import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import type { CheckpointStorage } from "../task/task-contract.ts";

/**
 * Removes files that nobody needs any more, in the background, many with one request. It owns patience, not judgement: a path
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
      const left = new Set(await this.#storage.remove(round.map(({ path }) => path)));
      if (left.size === 0) continue;
      await pause(this.#host, RETRY_MS);
      if (this.#closed) break;
      for (const { path, tries } of round)
        if (left.has(path) && tries + 1 < TRIES_MAX) this.#waiting.push({ path, tries: tries + 1 });
    }
    this.#working = false;
  }
}

interface Discarded {
  readonly path: string;
  readonly tries: number;
}

/** Files of one request: more than a checkpoint of a dozen subtasks has, and no flood. */
const ROUND_MAX = 64;
/** A node that refuses at once, as one that starts does, is asked for five seconds; one that is silent for longer. */
const TRIES_MAX = 25;
const RETRY_MS = 200;
