import { mkdirSync } from "node:fs";
import { Misuse } from "../explore/misuse.ts";

/** Makes the folder that a flag names, before any work is done whose result has to go there. */
export function folderToWrite(flag: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Misuse(`${flag} names ${path}, where no folder can be made (${code}). Name an empty or a new folder.`, {
      cause,
    });
  }
}
