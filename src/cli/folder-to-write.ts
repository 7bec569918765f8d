import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Misuse } from "../explore/misuse.ts";

/** Makes the folder that a flag names and sees that it can be written, before any work is done whose result has to go there. */
export function folderToWrite(flag: string, path: string): void {
  try {
    makeFolder(path);
  } catch (cause) {
    throw refusal(`${flag} names ${path}, where no folder can be made`, "Name an empty or a new folder.", cause);
  }
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw refusal(`${flag} names ${path}, where nothing can be written`, "Name a folder of your own.", cause);
  }
}

/** Folder by folder: Node's `recursive` never comes back from where the system makes none, such as below /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    // Another shard of the campaign may have made it meanwhile.
    if (!isFolder(path)) throw cause;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function refusal(what: string, remedy: string, cause: unknown): Misuse {
  return new Misuse(`${what} (${(cause as NodeJS.ErrnoException).code}). ${remedy}`, { cause });
}
