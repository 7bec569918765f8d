import { DiskError, type Disk } from "../../host/disk.ts";
import { exists, makeDurableFolder, writeNewFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { FileStoreClient } from "../../services/file-store/file-store-client.ts";
import type { ClusterServices } from "../api/cluster-services.ts";
import type { CommitOutcome } from "../api/sink.ts";
import { isUnanswered } from "./until-known.ts";

/**
 * Where a file sink's parts lie, and what makes one visible. It owns the two steps of a part, each safe against a crash
 * at any point and safe to repeat: `prepare` makes it durable and invisible, `commit` makes it visible as it is.
 *
 * On the host's disk a part is prepared under `.pending` and committed by a rename. On the replicated file store, which
 * has no rename, it is put under `parts` and committed by a marker under `committed`.
 */
export interface PartStore {
  prepare(name: string, bytes: Uint8Array): Promise<void>;
  commit(name: string): Promise<CommitOutcome>;
  list(): Promise<Parts>;
  /** Those that may still be there are returned. */
  discard(names: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

/** Names of parts. */
export interface Parts {
  /** Prepared and not committed. */
  readonly pending: readonly string[];
  readonly committed: readonly string[];
}

/** `file:///folder` or `dfs:///folder`. */
export function openPartStore(uri: string, host: Host, services: ClusterServices): PartStore {
  const match = /^(dfs|file):\/\/(\/.*[^/])$/.exec(uri);
  if (match === null) throw new Error(`A file sink writes to file:///folder or dfs:///folder; got ${uri}.`);
  return match[1] === "file" ? new DiskParts(host.disk, match[2]!) : new StoredParts(host, services, match[2]!);
}

class DiskParts implements PartStore {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #pendingFolder: string;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
    this.#pendingFolder = `${folder}/.pending`;
  }

  async prepare(name: string, bytes: Uint8Array): Promise<void> {
    await makeDurableFolder(this.#disk, this.#pendingFolder);
    await this.#disk.rm(`${this.#pendingFolder}/${name}`, { force: true });
    await writeNewFile(this.#disk, `${this.#pendingFolder}/${name}`, bytes);
    await this.#disk.syncDirectory(this.#pendingFolder);
  }

  /** The rename is synced even when an earlier try did it: its own sync may not have come to pass. */
  async commit(name: string): Promise<CommitOutcome> {
    const isPending = await exists(this.#disk, `${this.#pendingFolder}/${name}`);
    if (!isPending && !(await exists(this.#disk, `${this.#folder}/${name}`))) return "unknown-id";
    if (isPending) await this.#disk.rename(`${this.#pendingFolder}/${name}`, `${this.#folder}/${name}`);
    await this.#disk.syncDirectory(this.#folder);
    return isPending ? "committed" : "already-committed";
  }

  async list(): Promise<Parts> {
    const pending = await this.#namesIn(this.#pendingFolder);
    return { pending, committed: await this.#namesIn(this.#folder) };
  }

  async discard(names: readonly string[]): Promise<readonly string[]> {
    const left: string[] = [];
    for (const name of names) {
      try {
        await this.#disk.rm(`${this.#pendingFolder}/${name}`, { force: true });
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        left.push(name);
      }
    }
    return left;
  }

  close(): void {}

  async #namesIn(folder: string): Promise<readonly string[]> {
    try {
      return await this.#disk.readdir(folder);
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOENT") return [];
      throw error;
    }
  }
}

class StoredParts implements PartStore {
  readonly #store: FileStoreClient;
  readonly #folder: string;

  constructor(host: Host, services: ClusterServices, folder: string) {
    const { storageNodes, replicas, rpcTimeoutMs } = services;
    this.#store = new FileStoreClient(host, { nodes: [...storageNodes], replicas, rpcTimeoutMs });
    this.#folder = folder;
  }

  async prepare(name: string, bytes: Uint8Array): Promise<void> {
    await this.#store.put(`${this.#folder}/parts/${name}`, bytes);
  }

  async commit(name: string): Promise<CommitOutcome> {
    const marker = `${this.#folder}/committed/${name}`;
    if ((await this.#store.get(`${this.#folder}/parts/${name}`)) === undefined) return "unknown-id";
    return (await this.#store.put(marker, new Uint8Array(0))) === "created" ? "committed" : "already-committed";
  }

  async list(): Promise<Parts> {
    const committed = await this.#names("committed");
    const decided = new Set(committed);
    return { pending: (await this.#names("parts")).filter(name => !decided.has(name)), committed };
  }

  /**
   * A listing may lack a marker that is there, where a node is away and another's listing is stale. So a part goes only
   * when every node has said that it has no marker of it.
   */
  async discard(names: readonly string[]): Promise<readonly string[]> {
    const states = await Promise.all(names.map(name => this.#isCommitted(name)));
    const uncommitted = names.filter((_, i) => states[i] === false);
    const unknown = names.filter((_, i) => states[i] === undefined);
    if (uncommitted.length === 0) return unknown;
    const prefix = `${this.#folder}/parts/`;
    const { left } = await this.#store.remove(uncommitted.map(name => `${prefix}${name}`));
    return [...unknown, ...left.map(path => path.slice(prefix.length))];
  }

  close(): void {
    this.#store.close();
  }

  /** Undefined: not every node has answered. */
  async #isCommitted(name: string): Promise<boolean | undefined> {
    try {
      return (await this.#store.get(`${this.#folder}/committed/${name}`)) !== undefined;
    } catch (error) {
      if (error instanceof RpcFault && error.code === "rotten") return true;
      if (isUnanswered(error)) return undefined;
      throw error;
    }
  }

  async #names(folder: string): Promise<string[]> {
    const prefix = `${this.#folder}/${folder}/`;
    return (await this.#store.list(prefix)).map(path => path.slice(prefix.length));
  }
}
