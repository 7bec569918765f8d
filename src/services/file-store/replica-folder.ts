import { DiskError } from "../../host/disk.ts";
import { makeDurableFolder, readFile, writeNewFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import type { Removals } from "./removals.ts";
import {
  decodeReplica,
  encodeReplica,
  incomingFolder,
  pathOfReplica,
  replicaFolder,
  replicaPath,
} from "./stored-replica.ts";

/**
 * The replicas on one node's disk. It owns the order that makes a file durable before anybody hears of it (write, sync,
 * rename, sync the folder) and the order of operations on one path: one after the other. What is removed (removals.ts)
 * is never put again, and neither read nor listed while its replica is still there.
 *
 * A replica is published whole by a rename; what is being written lies in another folder, which is emptied at the start.
 */
export class ReplicaFolder {
  readonly #host: Host;
  readonly #dir: string;
  readonly #removals: Removals;
  readonly #paths: Set<string>;
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Path → when the disk first refused to read it, of those that it has not read since. */
  readonly #unreadableSinceMs = new Map<string, number>();
  /** Names of temporaries that are being written. */
  readonly #writing = new Set<string>();
  #writes = 0;

  private constructor(host: Host, dir: string, removals: Removals, paths: Set<string>) {
    this.#host = host;
    this.#dir = dir;
    this.#removals = removals;
    this.#paths = paths;
  }

  /** Whatever the folder shows by then is durable, also what a dead incarnation renamed or removed and never synced. */
  static async open(host: Host, dir: string, removals: Removals): Promise<ReplicaFolder> {
    const { disk } = host;
    await disk.rm(incomingFolder(dir), { recursive: true, force: true });
    await makeDurableFolder(disk, incomingFolder(dir));
    await makeDurableFolder(disk, replicaFolder(dir));
    await disk.syncDirectory(replicaFolder(dir));
    const names = await disk.readdir(replicaFolder(dir));
    const paths = new Set(names.map(name => pathOfReplica(dir, `${replicaFolder(dir)}/${name}`)!));
    return new ReplicaFolder(host, dir, removals, paths);
  }

  get size(): number {
    return this.#paths.size;
  }

  /** Durable when it resolves. A rotten replica is replaced; other contents under the same name stay as they are. */
  put(path: string, contents: Uint8Array): Promise<"created" | "exists" | "different-contents" | "removed"> {
    return this.#inTurn(path, async () => {
      if (this.#removals.has(path)) return "removed";
      if (this.#paths.has(path)) {
        const present = await this.#read(path);
        if (present instanceof Uint8Array) return equal(present, contents) ? "exists" : "different-contents";
      }
      await this.#publish(path, contents);
      return "created";
    });
  }

  /**
   * `rotten`: the checksum does not hold, or the disk has not read it for a long while. Until then its refusal goes up: a
   * cable that was loose for a second has cost no replica.
   */
  get(path: string): Promise<Uint8Array | "absent" | "rotten" | "removed"> {
    return this.#inTurn(path, async () => {
      if (this.#removals.has(path)) return "removed";
      return this.#paths.has(path) ? await this.#read(path) : "absent";
    });
  }

  /** A replica is there, whole or not, and the path is not removed. */
  holds(path: string): boolean {
    return this.#paths.has(path) && !this.#removals.has(path);
  }

  /** Replicas of what is removed: a dead incarnation, or the disk, did not bring it to its end. */
  doomed(): string[] {
    return [...this.#paths].filter(path => this.#removals.has(path));
  }

  /**
   * Removed for whoever asks, durably, when it resolves. The replicas are durably gone, too, but
   * for those that it returns: the disk would not. One sync for all of them.
   */
  async remove(paths: readonly string[]): Promise<readonly string[]> {
    await this.#removals.add(paths);
    const left: string[] = [];
    const unlinked: string[] = [];
    await Promise.all(
      [...new Set(paths)].map(path =>
        this.#inTurn(path, async () => {
          if (this.#paths.has(path)) ((await this.#unlink(path)) ? unlinked : left).push(path);
        }),
      ),
    );
    if (unlinked.length === 0) return left;
    if (!(await this.#syncNames())) return [...left, ...unlinked];
    for (const path of unlinked) this.#paths.delete(path);
    return left;
  }

  /** Sorted by code unit. */
  list(prefix: string): string[] {
    return [...this.#paths].filter(path => path.startsWith(prefix) && !this.#removals.has(path)).sort();
  }

  /** Takes away what uploads have left that came to nothing. */
  async tidy(): Promise<void> {
    for (const name of await this.#host.disk.readdir(incomingFolder(this.#dir)))
      if (!this.#writing.has(name)) await this.#host.disk.rm(`${incomingFolder(this.#dir)}/${name}`, { force: true });
  }

  async #publish(path: string, contents: Uint8Array): Promise<void> {
    const { disk } = this.#host;
    const name = String(this.#writes++);
    const temporary = `${incomingFolder(this.#dir)}/${name}`;
    const place = replicaPath(this.#dir, path);
    this.#writing.add(name);
    try {
      await writeNewFile(disk, temporary, encodeReplica(path, contents));
      await disk.rename(temporary, place);
      await disk.syncDirectory(replicaFolder(this.#dir));
      this.#paths.add(path);
    } catch (error) {
      // A name whose sync failed may vanish with the power, and a later sync of the folder need not say so.
      await disk.rm(temporary, { force: true });
      await disk.rm(place, { force: true });
      this.#paths.delete(path);
      throw error;
    } finally {
      this.#writing.delete(name);
    }
  }

  async #unlink(path: string): Promise<boolean> {
    return obeyed(this.#host.disk.rm(replicaPath(this.#dir, path), { force: true }));
  }

  async #syncNames(): Promise<boolean> {
    return obeyed(this.#host.disk.syncDirectory(replicaFolder(this.#dir)));
  }

  async #read(path: string): Promise<Uint8Array | "absent" | "rotten"> {
    try {
      const replica = await readFile(this.#host.disk, replicaPath(this.#dir, path));
      this.#unreadableSinceMs.delete(path);
      return decodeReplica(path, replica) ?? "rotten";
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (error.code === "ENOENT") return "absent";
      const nowMs = this.#host.clock.monotonic();
      const sinceMs = this.#unreadableSinceMs.get(path) ?? nowMs;
      this.#unreadableSinceMs.set(path, sinceMs);
      if (nowMs - sinceMs < UNREADABLE_MS) throw error;
      return "rotten";
    }
  }

  async #inTurn<T>(path: string, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(path);
    const turn = before === undefined ? act() : before.then(act, act);
    this.#turns.set(path, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(path) === turn) this.#turns.delete(path);
    }
  }
}

const UNREADABLE_MS = 10_000;

/** False: the disk refused. */
async function obeyed(operation: Promise<void>): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return false;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
