import { DiskError, type Disk, type DiskFile, type FileStat, type OpenFlags } from "../../host/disk.ts";
import type { Incarnation } from "../../kernel/process.ts";
import type { CallQueue } from "./call-queue.ts";
import type { DiskActions } from "./disk-actions.ts";
import { callKinds, type DiskOperation } from "./disk-operation.ts";
import { OpenFilePort } from "./open-file-port.ts";

/**
 * The disk as one process calls it. It owns the form of a call: it is counted as a crash point and queued. What it
 * does to the disk is {@link DiskActions}'s business, and when, {@link CallQueue}'s.
 */
export class DiskPort implements Disk {
  readonly #incarnation: Incarnation;
  readonly #actions: DiskActions;
  readonly #queue: CallQueue;
  #descriptors = 0;

  constructor(incarnation: Incarnation, actions: DiskActions, queue: CallQueue) {
    this.#incarnation = incarnation;
    this.#actions = actions;
    this.#queue = queue;
  }

  open(path: string, flags: OpenFlags): Promise<DiskFile> {
    return this.#call("open", path, () => {
      if (this.#descriptors >= DESCRIPTORS_MAX) throw new DiskError("EMFILE", "open", path);
      const file = this.#actions.open(path, flags);
      this.#descriptors++;
      const caller = { incarnation: this.#incarnation, actions: this.#actions, queue: this.#queue };
      return new OpenFilePort(caller, { path, file, closed: () => void this.#descriptors-- });
    });
  }

  mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<void> {
    return this.#call("mkdir", path, () => this.#actions.mkdir(path, options?.recursive === true));
  }

  readdir(path: string): Promise<string[]> {
    return this.#call("readdir", path, () => this.#actions.readdir(path));
  }

  stat(path: string): Promise<FileStat> {
    return this.#call("stat", path, () => this.#actions.stat(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call("rename", from, () => this.#actions.rename(from, to));
  }

  unlink(path: string): Promise<void> {
    return this.#call("unlink", path, () => this.#actions.unlink(path));
  }

  rmdir(path: string): Promise<void> {
    return this.#call("rmdir", path, () => this.#actions.rmdir(path));
  }

  rm(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void> {
    const wanted = { recursive: options?.recursive === true, force: options?.force === true };
    return this.#call("rm", path, () => this.#actions.rm(path, wanted));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#call("sync-directory", path, () => this.#actions.syncDirectory(path));
  }

  #call<T>(operation: DiskOperation, path: string, effect: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The promise of a dead incarnation's call never settles.
      if (!this.#incarnation.enter(callKinds[operation])) return;
      this.#queue.add({ operation, path, effect, onFile: undefined, resolve, reject });
    });
  }
}

/** As `ulimit -n` says on most systems. */
const DESCRIPTORS_MAX = 1_024;
