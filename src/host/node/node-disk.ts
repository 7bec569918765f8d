import { constants, promises as fs } from "node:fs";
import { checkDiskPath, checkRange } from "../disk-arguments.ts";
import {
  DiskError,
  diskErrorCodes,
  type Disk,
  type DiskErrorCode,
  type DiskFile,
  type FileStat,
  type OpenFlags,
} from "../disk.ts";

/**
 * The real disk behind the port: `node:fs/promises` below a root folder, which is the `/` of its process. It owns the
 * mapping of paths and errors; what the calls do is the machine's.
 *
 * Errors carry the path that the process gave, never the one on the machine.
 */
export class NodeDisk implements Disk {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root.replace(/\/+$/, "");
  }

  async open(path: string, flags: OpenFlags): Promise<DiskFile> {
    const real = this.#real(path, "open");
    return new NodeDiskFile(await asked(path, fs.open(real, flags)), path);
  }

  async mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<void> {
    await asked(path, fs.mkdir(this.#real(path, "mkdir"), { recursive: options?.recursive === true }));
  }

  async readdir(path: string): Promise<string[]> {
    return (await asked(path, fs.readdir(this.#real(path, "scandir")))).sort();
  }

  async stat(path: string): Promise<FileStat> {
    return statOf(await asked(path, fs.stat(this.#real(path, "stat"))));
  }

  async rename(from: string, to: string): Promise<void> {
    const realFrom = this.#real(from, "rename");
    const realTo = this.#real(to, "rename");
    if (from === "/" || to === "/") throw new DiskError("EPERM", "rename", from);
    await asked(from, fs.rename(realFrom, realTo));
  }

  async unlink(path: string): Promise<void> {
    await asked(path, fs.unlink(this.#removable(path, "unlink")));
  }

  async rmdir(path: string): Promise<void> {
    await asked(path, fs.rmdir(this.#removable(path, "rmdir")));
  }

  async rm(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void> {
    const wanted = { recursive: options?.recursive === true, force: options?.force === true };
    await asked(path, fs.rm(this.#removable(path, "rm"), wanted));
  }

  async syncDirectory(path: string): Promise<void> {
    const folder = await asked(path, fs.open(this.#real(path, "fsync"), constants.O_RDONLY | constants.O_DIRECTORY));
    try {
      await asked(path, folder.sync());
    } finally {
      await folder.close();
    }
  }

  #real(path: string, syscall: string): string {
    checkDiskPath(path, syscall);
    return path === "/" ? `${this.#root}/` : this.#root + path;
  }

  #removable(path: string, syscall: string): string {
    const real = this.#real(path, syscall);
    if (path === "/") throw new DiskError("EPERM", syscall, path);
    return real;
  }
}

/** After `close` was called the other calls fail with EBADF, as they do in simulation; Node lets some of them through. */
class NodeDiskFile implements DiskFile {
  readonly #handle: fs.FileHandle;
  readonly #path: string;
  #closing = false;

  constructor(handle: fs.FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number }> {
    checkRange(buffer, offset, length, position);
    const { bytesRead } = await asked(this.#path, this.#open().read(buffer, offset, length, position));
    return { bytesRead };
  }

  async write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesWritten: number }> {
    checkRange(bytes, offset, length, position);
    // Node reads the array while the call runs; the port lets the caller reuse it at once.
    const taken = bytes.slice(offset, offset + length);
    const { bytesWritten } = await asked(this.#path, this.#open().write(taken, 0, length, position));
    return { bytesWritten };
  }

  async truncate(length: number): Promise<void> {
    await asked(this.#path, this.#open().truncate(length));
  }

  async stat(): Promise<FileStat> {
    return statOf(await asked(this.#path, this.#open().stat()));
  }

  async sync(): Promise<void> {
    await asked(this.#path, this.#open().sync());
  }

  async datasync(): Promise<void> {
    await asked(this.#path, this.#open().datasync());
  }

  async close(): Promise<void> {
    this.#closing = true;
    await asked(this.#path, this.#handle.close());
  }

  #open(): fs.FileHandle {
    if (this.#closing) throw new DiskError("EBADF", "use after close", this.#path);
    return this.#handle;
  }
}

/** Waits for node:fs, and turns its errors into the port's. */
async function asked<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // `rm` refuses a folder with an error of Node's own.
    const known = code === "ERR_FS_EISDIR" ? "EISDIR" : code;
    if (!isDiskErrorCode(known)) throw error;
    throw new DiskError(known, syscall ?? "disk", path);
  }
}

function isDiskErrorCode(code: string | undefined): code is DiskErrorCode {
  return (diskErrorCodes as readonly (string | undefined)[]).includes(code);
}

function statOf(stats: { isDirectory(): boolean; readonly size: number }): FileStat {
  return stats.isDirectory() ? { kind: "directory", size: 0 } : { kind: "file", size: stats.size };
}
