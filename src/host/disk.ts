import { OutcomeError } from "./outcome-error.ts";

/**
 * The disk of a machine: a subset of `node:fs/promises` by the same names, and the sync of a directory. Paths are
 * absolute, `/`-separated, and name the process's own disk. A file's contents survive a power loss only after `sync`,
 * its name only after `syncDirectory` of its folder.
 *
 * Errors reject with a {@link DiskError}; its code is the one that Linux gives.
 */
export interface Disk {
  open(path: string, flags: OpenFlags): Promise<DiskFile>;
  mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<void>;
  /** Names, sorted by code unit. */
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  rm(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  /** At `position`, or at the descriptor's own offset when it is null. 0 bytes read is the end of the file. */
  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }>;
  write(bytes: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  stat(): Promise<FileStat>;
  /** fsync: contents, size. */
  sync(): Promise<void>;
  /** fdatasync: contents and what is needed to read them. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenFlags = "r" | "r+" | "w" | "wx" | "w+" | "wx+" | "a" | "ax" | "a+" | "ax+";

export interface FileStat {
  readonly kind: "file" | "directory";
  /** Bytes; 0 for a directory. */
  readonly size: number;
}

export const diskErrorCodes = [
  "ENOENT",
  "EEXIST",
  "ENOTDIR",
  "EISDIR",
  "ENOTEMPTY",
  "EINVAL",
  "EBADF",
  "EIO",
  "ENOSPC",
  "EMFILE",
  "ENAMETOOLONG",
  "EPERM",
  "EROFS",
] as const;

export type DiskErrorCode = (typeof diskErrorCodes)[number];

export class DiskError extends OutcomeError {
  override readonly name = "DiskError";
  readonly code: DiskErrorCode;
  readonly syscall: string;
  readonly path: string | undefined;
  constructor(code: DiskErrorCode, syscall: string, path?: string) {
    super(path === undefined ? `${code}: ${syscall}` : `${code}: ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}
