import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "../kernel/journal.ts";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { recordingFormats } from "../report/recording/recording-format.ts";
import { standardError } from "./reporters.ts";
import { shown } from "./session.ts";

/** Names of formats, as `--format` takes them; refused before anything is played. */
export function formatsOf(text: string): readonly string[] {
  const names = text.split(",").map(name => name.trim());
  const known = Object.keys(recordingFormats);
  for (const name of names) {
    if (!known.includes(name)) throw new Misuse(`There is no format "${name}". ${suggestion(name, known)}`);
  }
  return names;
}

/** Writes a recorded run in each of the formats; the paths, relative to the working directory. */
export function writeRecording(
  folder: string,
  formats: readonly string[],
  entries: readonly JournalEntry[],
): readonly string[] {
  return formats.map(name => {
    const { file, reader, write } = recordingFormats[name]!;
    const path = join(folder, file);
    const verb = existsSync(path) ? "rewrote" : "wrote";
    writeFileSync(path, write(entries));
    standardError.write(`${verb} ${shown(path)}: ${entries.length} events, for ${reader}\n`);
    return shown(path);
  });
}
