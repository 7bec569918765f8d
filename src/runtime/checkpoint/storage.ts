import { DiskError, type Disk } from "../../host/disk.ts";
import { exists, makeDurableFolder, parentOf, publishFile, readFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { crc32c } from "../../rpc/crc32c.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { FileStoreClient } from "../../services/file-store/file-store-client.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import type { CheckpointStorage, StoredFile } from "../task/task-contract.ts";

/**
 * Checkpoint storage behind a URI: `dfs:///folder` on the replicated file store, `file:///folder` on the host's disk.
 * It owns where a job's files lie, the checksum of each, and the patience with a store that does not answer. Who needs a
 * file, and when it may go, is the coordinator's (checkpoint-store.ts).
 *
 * Paths are unique for ever, so writing one again writes the same bytes, and "exists" answers an earlier try of ours.
 */
export function openCheckpointStorage(
  location: StorageLocation,
  host: Host,
  services: FileStoreSettings,
): CheckpointStorage {
  const places: Places =
    location.scheme === "dfs"
      ? new StoredPlaces(
          host,
          new FileStoreClient(host, {
            nodes: [...services.storageNodes],
            replicas: services.replicas,
            rpcTimeoutMs: services.rpcTimeoutMs,
          }),
          services.rpcTimeoutMs,
        )
      : new DiskPlaces(host.disk);
  const root = location.folder;
  return {
    async write(path, bytes) {
      await places.put(`${root}/${path}`, bytes);
      return { path, length: bytes.length, crc32c: crc32c(bytes) };
    },
    async read(file) {
      const bytes = await places.get(`${root}/${file.path}`).catch((error: unknown) => {
        if (!(error instanceof RpcFault) || error.code !== "rotten") throw error;
        throw new CheckpointFileLost(file, "is damaged on every node that has it");
      });
      if (bytes === undefined) throw new CheckpointFileLost(file, "is not on the storage");
      if (bytes.length !== file.length)
        throw new CheckpointFileLost(file, `has ${bytes.length} bytes instead of ${file.length}`);
      if (crc32c(bytes) !== file.crc32c) throw new CheckpointFileLost(file, "has a wrong checksum");
      return bytes;
    },
    async remove(paths) {
      const left = await places.remove(paths.map(path => `${root}/${path}`));
      return left.map(path => path.slice(root.length + 1));
    },
    async list(prefix) {
      const paths = await places.list(`${root}/${prefix}`);
      return paths.map(path => path.slice(root.length + 1));
    },
  };
}

export interface FileStoreSettings {
  readonly storageNodes: readonly string[];
  readonly replicas: number;
  readonly rpcTimeoutMs: number;
}

/** The file is gone or damaged beyond what the store can repair; asking again does not help. */
export class CheckpointFileLost extends Unrecoverable {
  override readonly name = "CheckpointFileLost";

  constructor(file: StoredFile, how: string) {
    super(`${file.path} ${how}`);
  }
}

/** The storage did not answer, could not do it, or would not: to be asked again. All else is an error of ours. */
export function isStorageFailure(error: unknown): boolean {
  return error instanceof RpcError || error instanceof RpcFault || error instanceof DiskError;
}

export interface StorageLocation {
  readonly scheme: "dfs" | "file";
  /** Absolute, without a slash at its end. */
  readonly folder: string;
}

/** `dfs:///checkpoints` and the job's id give the job's own folder. */
export function storageLocation(uri: string, job: string): StorageLocation {
  const match = /^(dfs|file):\/\/(\/.*[^/])$/.exec(uri);
  if (match === null)
    throw new Error(`Checkpoint storage ${uri} is not understood; write dfs:///folder or file:///folder.`);
  return { scheme: match[1] as "dfs" | "file", folder: `${match[2]}/${job}` };
}

interface Places {
  put(path: string, bytes: Uint8Array): Promise<void>;
  get(path: string): Promise<Uint8Array | undefined>;
  /** Returns those that are left. */
  remove(paths: readonly string[]): Promise<readonly string[]>;
  list(prefix: string): Promise<string[]>;
}

class StoredPlaces implements Places {
  readonly #host: Host;
  readonly #store: FileStoreClient;
  readonly #retryMs: number;

  constructor(host: Host, store: FileStoreClient, retryMs: number) {
    this.#host = host;
    this.#store = store;
    this.#retryMs = retryMs;
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#patiently(() => this.#store.put(path, bytes));
  }

  get(path: string): Promise<Uint8Array | undefined> {
    return this.#patiently(() => this.#store.get(path));
  }

  /** Without patience: whoever removes has other files to remove meanwhile (discarder.ts). */
  async remove(paths: readonly string[]): Promise<readonly string[]> {
    const { left, untold } = await this.#store.remove(paths);
    return [...left, ...untold];
  }

  list(prefix: string): Promise<string[]> {
    return this.#patiently(() => this.#store.list(prefix));
  }

  /** All may be repeated: files never change, and a removed path never comes back. */
  async #patiently<T>(operation: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await operation();
      } catch (error) {
        if (!(error instanceof RpcError) || tries === TRIES_MAX) throw error;
      }
      await pause(this.#host, Math.ceil(this.#retryMs / 4));
    }
  }
}

class DiskPlaces implements Places {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await makeDurableFolder(this.#disk, parentOf(path));
    await publishFile(this.#disk, path, bytes);
  }

  async get(path: string): Promise<Uint8Array | undefined> {
    return (await exists(this.#disk, path)) ? readFile(this.#disk, path) : undefined;
  }

  async remove(paths: readonly string[]): Promise<readonly string[]> {
    const outcomes = await Promise.allSettled(paths.map(path => this.#disk.rm(path, { force: true })));
    for (const outcome of outcomes)
      if (outcome.status === "rejected" && !(outcome.reason instanceof DiskError)) throw outcome.reason;
    return paths.filter((_, i) => outcomes[i]!.status === "rejected");
  }

  async list(prefix: string): Promise<string[]> {
    const found: string[] = [];
    await this.#collect(parentOf(`${prefix}x`), found);
    return found.filter(path => path.startsWith(prefix) && !path.endsWith(".tmp"));
  }

  async #collect(folder: string, found: string[]): Promise<void> {
    for (const name of await this.#names(folder)) {
      const path = `${folder}/${name}`;
      if ((await this.#disk.stat(path)).kind === "directory") await this.#collect(path, found);
      else found.push(path);
    }
  }

  async #names(folder: string): Promise<string[]> {
    try {
      return await this.#disk.readdir(folder);
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOENT") return [];
      throw error;
    }
  }
}

const TRIES_MAX = 3;
