import type { Disk, DiskFile, OpenFlags } from "../disk.ts";
import { readFile } from "../file.ts";

/** Files of plain text, so that a case can say what is in them. */
export async function write(disk: Disk, path: string, contents: string, flags: OpenFlags = "w"): Promise<void> {
  const file = await disk.open(path, flags);
  await put(file, contents, null);
  await file.close();
}

export async function read(disk: Disk, path: string): Promise<string> {
  return text(await readFile(disk, path));
}

export async function put(file: DiskFile, contents: string, position: number | null): Promise<number> {
  const array = bytes(contents);
  return (await file.write(array, 0, array.length, position)).bytesWritten;
}

export async function get(file: DiskFile, length: number, position: number | null): Promise<string> {
  const into = new Uint8Array(length);
  return text(into.subarray(0, (await file.read(into, 0, length, position)).bytesRead));
}

export function bytes(contents: string): Uint8Array {
  return new TextEncoder().encode(contents);
}

export function text(array: Uint8Array): string {
  return new TextDecoder().decode(array);
}
