import { crc32c } from "../../../rpc/crc32c.ts";
import type { CheckpointStorage, StoredFile } from "../../task/task-contract.ts";
import { CheckpointFileLost } from "../storage.ts";

/** Checkpoint storage in memory, which can be made to fail or to take its time. */
export class MemoryStorage implements CheckpointStorage {
  readonly files = new Map<string, Uint8Array>();
  readonly removed: string[] = [];
  /** Called before each write; throws or waits as the test wants. */
  beforeWrite: (path: string) => Promise<void> = () => Promise.resolve();

  async write(path: string, bytes: Uint8Array): Promise<StoredFile> {
    await this.beforeWrite(path);
    this.files.set(path, bytes);
    return { path, length: bytes.length, crc32c: crc32c(bytes) };
  }

  async read(file: StoredFile): Promise<Uint8Array> {
    const bytes = this.files.get(file.path);
    if (bytes === undefined) throw new CheckpointFileLost(file, "is not on the storage");
    return bytes;
  }

  async remove(paths: readonly string[]): Promise<readonly string[]> {
    this.removed.push(...paths);
    for (const path of paths) this.files.delete(path);
    return [];
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.files.keys()].filter(path => path.startsWith(prefix));
  }
}
