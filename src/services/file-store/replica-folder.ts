import { DiskError } from "../../host/disk.ts";
import { makeDurableFolder, readFile, writeNewFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { decodeReplica, encodeReplica, pathOfReplica, replicaFolder, replicaPath } from "./stored-replica.ts";

/**
 * The replicas on one node's disk. It owns the order that makes a file durable before anybody hears of it (write, sync,
 * rename, sync the folder) and the order of operations on one path: one after the other.
 *
 * A replica is published whole by a rename; what is being written lies in another folder, which is emptied at the start.
 */
export class ReplicaFolder {
  readonly #host: Host;
  readonly #dir: string;
  readonly #paths: Set<string>;
  readonly #turns = new Map<string, Promise<unknown>>();
  #writes = 0;

  private constructor(host: Host, dir: string, paths: Set<string>) {
    this.#host = host;
    this.#dir = dir;
    this.#paths = paths;
  }

  /** Whatever the folder shows by then is durable, also what a dead incarnation renamed or removed and never synced. */
  static async open(host: Host, dir: string): Promise<ReplicaFolder> {
    const { disk } = host;
    await disk.rm(incoming(dir), { recursive: true, force: true });
    await makeDurableFolder(disk, incoming(dir));
    await makeDurableFolder(disk, replicaFolder(dir));
    await disk.syncDirectory(replicaFolder(dir));
    const names = await disk.readdir(replicaFolder(dir));
    return new ReplicaFolder(
      host,
      dir,
      new Set(names.map(name => pathOfReplica(dir, `${replicaFolder(dir)}/${name}`)!)),
    );
  }

  /** Durable when it resolves. A rotten replica is replaced; other contents under the same name stay as they are. */
  put(path: string, contents: Uint8Array): Promise<"created" | "exists" | "different-contents"> {
    return this.#inTurn(path, async () => {
      if (this.#paths.has(path)) {
        const present = await this.#read(path);
        if (present instanceof Uint8Array) return equal(present, contents) ? "exists" : "different-contents";
      }
      await this.#publish(path, contents);
      return "created";
    });
  }

  /** `rotten`: the checksum does not hold, or the disk cannot read it. */
  get(path: string): Promise<Uint8Array | "absent" | "rotten"> {
    return this.#inTurn(path, async () => (this.#paths.has(path) ? await this.#read(path) : "absent"));
  }

  /** Durably gone when it resolves. */
  remove(path: string): Promise<void> {
    return this.#inTurn(path, async () => {
      if (!this.#paths.has(path)) return;
      await this.#host.disk.rm(replicaPath(this.#dir, path), { force: true });
      await this.#host.disk.syncDirectory(replicaFolder(this.#dir));
      this.#paths.delete(path);
    });
  }

  /** Sorted by code unit. */
  list(prefix: string): string[] {
    return [...this.#paths].filter(path => path.startsWith(prefix)).sort();
  }

  async #publish(path: string, contents: Uint8Array): Promise<void> {
    const { disk } = this.#host;
    const temporary = `${incoming(this.#dir)}/${this.#writes++}`;
    const place = replicaPath(this.#dir, path);
    try {
      await writeNewFile(disk, temporary, encodeReplica(contents));
      await disk.rename(temporary, place);
      await disk.syncDirectory(replicaFolder(this.#dir));
      this.#paths.add(path);
    } catch (error) {
      // A name whose sync failed may vanish with the power, and a later sync of the folder need not say so.
      await disk.rm(temporary, { force: true });
      await disk.rm(place, { force: true });
      this.#paths.delete(path);
      throw error;
    }
  }

  async #read(path: string): Promise<Uint8Array | "absent" | "rotten"> {
    try {
      return decodeReplica(await readFile(this.#host.disk, replicaPath(this.#dir, path))) ?? "rotten";
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return error.code === "ENOENT" ? "absent" : "rotten";
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

function incoming(dir: string): string {
  return `${dir}/incoming`;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
