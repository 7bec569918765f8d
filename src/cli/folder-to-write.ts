import { accessSync, constants, mkdirSync } from "node:fs";
import { Misuse } from "../explore/misuse.ts";

/** Makes the folder that a flag names and sees that it can be written, before any work is done whose result has to go there. */
export function folderToWrite(flag: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw refusal(`${flag} names ${path}, where no folder can be made`, "Name an empty or a new folder.", cause);
  }
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw refusal(`${flag} names ${path}, where nothing can be written`, "Name a folder of your own.", cause);
  }
}

function refusal(what: string, remedy: string, cause: unknown): Misuse {
  return new Misuse(`${what} (${(cause as NodeJS.ErrnoException).code}). ${remedy}`, { cause });
}
