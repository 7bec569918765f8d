import { pause } from "../../host/pause.ts";
import type { CheckpointStorage, StoredFile } from "../task/task-contract.ts";
import { pointerKey, pointerRecord, type PointedCheckpoint } from "./coordination-keys.ts";
import { GuardedRegister, type LeaderTerm } from "./guarded-register.ts";
import { filesOf, readMetadata, type CheckpointMetadata } from "./metadata.ts";
import { isStorageFailure } from "./storage.ts";

/**
 * The completed checkpoints of one job: which are addressable, and what they name. It owns the pointer's transitions and
 * recovery from it; files of subsumed checkpoints are handed back to the coordinator, which discards them.
 *
 * A checkpoint is complete exactly when the pointer's compare-and-set is applied. Recovery takes the newest one; when it
 * cannot be read the error goes up, and no older one is tried in its place.
 */
export class CheckpointStore {
  readonly #term: LeaderTerm;
  readonly #storage: CheckpointStorage;
  readonly #location: string;
  readonly #retained: number;
  readonly #register;
  #completed: readonly CompletedCheckpoint[] = [];

  constructor(
    term: LeaderTerm,
    options: {
      readonly job: string;
      readonly storage: CheckpointStorage;
      readonly location: string;
      readonly retained: number;
    },
  ) {
    this.#term = term;
    this.#storage = options.storage;
    this.#location = options.location;
    this.#retained = options.retained;
    this.#register = new GuardedRegister(term, pointerKey(options.job), pointerRecord);
  }

  get newest(): CompletedCheckpoint | undefined {
    return this.#completed.at(-1);
  }

  /** Reads the pointer and the metadata of all that it names; rejects with `CheckpointFileLost`. */
  async recover(): Promise<CompletedCheckpoint | undefined> {
    const pointer = await this.#register.read();
    const recovered: CompletedCheckpoint[] = [];
    for (const pointed of pointer?.completed ?? []) recovered.push(await this.#load(pointed));
    this.#completed = recovered;
    return this.newest;
  }

  /** Makes it complete; returns those that it subsumes. Never settles when the leader was deposed. */
  async complete(file: StoredFile, metadata: CheckpointMetadata): Promise<readonly CompletedCheckpoint[]> {
    const all = [...this.#completed, { id: metadata.checkpoint, file, metadata }];
    const kept = all.slice(-this.#retained);
    await this.#register.write({
      leader: this.#term.token,
      storage: this.#location,
      completed: kept.map(checkpoint => ({ checkpoint: checkpoint.id, metadata: checkpoint.file })),
    });
    this.#completed = kept;
    return all.slice(0, all.length - kept.length);
  }

  /** The job is in a terminal state: nothing is addressable any more. Returns what was. */
  async clear(): Promise<readonly CompletedCheckpoint[]> {
    const all = this.#completed;
    if (all.length > 0) await this.#register.write(undefined);
    this.#completed = [];
    return all;
  }

  /** Paths that an addressable checkpoint needs, its metadata included. */
  addressed(): ReadonlySet<string> {
    return new Set(this.#completed.flatMap(checkpoint => pathsOf(checkpoint)));
  }

  async #load(pointed: PointedCheckpoint): Promise<CompletedCheckpoint> {
    const bytes = await this.#readPatiently(pointed.metadata);
    return { id: pointed.checkpoint, file: pointed.metadata, metadata: readMetadata(bytes) };
  }

  /** A store that does not answer is waited for; a file that is lost is lost. */
  async #readPatiently(file: StoredFile): Promise<Uint8Array> {
    for (;;) {
      try {
        return await this.#storage.read(file);
      } catch (error) {
        if (!isStorageFailure(error)) throw error;
        if (this.#term.over) return this.#term.deposed("the term is over");
      }
      await pause(this.#term.host, READ_RETRY_MS);
    }
  }
}

export interface CompletedCheckpoint {
  readonly id: number;
  /** The metadata file. */
  readonly file: StoredFile;
  readonly metadata: CheckpointMetadata;
}

/** Every file of the checkpoint, its metadata last. */
export function pathsOf(checkpoint: CompletedCheckpoint): string[] {
  return [...filesOf(checkpoint.metadata).map(file => file.path), checkpoint.file.path];
}

const READ_RETRY_MS = 500;
