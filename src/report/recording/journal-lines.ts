import type { JournalEntry } from "../../kernel/journal.ts";

/** A recording as JSON lines, in the order in which it happened; `event` counts from 1 and is what `replay --at` takes. */
export function journalLines(entries: readonly JournalEntry[]): string {
  return entries.map((entry, index) => `${JSON.stringify({ event: index + 1, ...entry })}\n`).join("");
}
