import type { JournalEntry } from "../kernel/journal.ts";
import type { Case } from "../world/case.ts";
import type { CasePlayer } from "./case-run.ts";

/** Plays a case twice with recording on and says where the two runs part first. */
export async function firstDifference(player: CasePlayer, played: Case): Promise<string> {
  const a = await player.play(played, { record: true });
  const b = await player.play(played, { record: true });
  const at = a.entries.findIndex((entry, index) => sayEntry(entry) !== sayEntry(b.entries[index]));
  if (at < 0 && a.entries.length === b.entries.length && a.digest === b.digest) {
    return "the same case played twice gave two digests, and agreed again when it was recorded: something outside of the case decides.";
  }
  const index = at < 0 ? a.entries.length : at;
  return `the same case played twice differs first at entry ${index}: ${sayEntry(a.entries[index])} | ${sayEntry(b.entries[index])}`;
}

function sayEntry(entry: JournalEntry | undefined): string {
  if (entry === undefined) return "the end";
  const detail = entry.detail === undefined ? "" : ` ${JSON.stringify(entry.detail)}`;
  return `${entry.atUs} µs ${entry.owner} ${entry.what}${detail}`;
}
