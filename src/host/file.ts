import type { Disk } from "./disk.ts";
import { DiskError } from "./disk.ts";

/**
 * Whole files over the port: read all, write all, publish. It owns the order that makes a publish crash-safe (write a
 * temporary file, sync it, rename it, sync its folder), so that no other place has to get it right again.
 */
export async function readFile(disk: Disk, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === size ? bytes : bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** Creates `path` (it must not exist), writes all bytes and syncs the contents. The name is not yet durable. */
export async function writeNewFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, "wx");
  try {
    let written = 0;
    while (written < bytes.length) {
      written += (await file.write(bytes, written, bytes.length - written, written)).bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts bytes at `path` so that after any crash the path holds all of the old contents or all of the new. */
export async function publishFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  temporary = `${path}.tmp`,
): Promise<void> {
  await disk.rm(temporary, { force: true });
  await writeNewFile(disk, temporary, bytes);
  await disk.rename(temporary, path);
  await disk.syncDirectory(parentOf(path));
}

/** Whether something has that name. */
export async function exists(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.stat(path);
    return true;
  } catch (error) {
    if (error instanceof DiskError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return false;
    throw error;
  }
}

/** Makes a folder and its ancestors, and syncs each folder whose entries that changed, so that the path survives. */
export async function makeDurableFolder(disk: Disk, path: string): Promise<void> {
  const parent = parentOf(path);
  if (parent !== path && !(await exists(disk, parent))) await makeDurableFolder(disk, parent);
  await disk.mkdir(path, { recursive: true });
  if (parent !== path) await disk.syncDirectory(parent);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}
