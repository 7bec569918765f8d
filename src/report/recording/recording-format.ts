import type { JournalEntry } from "../../kernel/journal.ts";
import { chromeTrace } from "./chrome-trace.ts";
import { journalLines } from "./journal-lines.ts";
import { shivizLog } from "./shiviz-log.ts";

/** The forms in which a recorded run can be read: each a name for the command line, a file name and its text. */
export interface RecordingFormat {
  readonly file: string;
  /** What opens it. */
  readonly reader: string;
  write(entries: readonly JournalEntry[]): string;
}

export const recordingFormats: Readonly<Record<string, RecordingFormat>> = {
  jsonl: { file: "journal.jsonl", reader: "any program: one entry a line", write: journalLines },
  chrome: { file: "trace.json", reader: "chrome://tracing or ui.perfetto.dev", write: chromeTrace },
  shiviz: { file: "shiviz.log", reader: "bestchai.bitbucket.io/shiviz", write: shivizLog },
};
