import { compareJournals } from "../kernel/compare-journals.ts";
import type { Case } from "../world/case.ts";
import type { CasePlayer } from "./case-run.ts";

/** Plays a case twice with recording on and says in a sentence where the two runs part first. */
export async function firstDifference(player: CasePlayer, played: Case): Promise<string> {
  const a = (await player.play(played, { record: true })).journal;
  const b = (await player.play(played, { record: true })).journal;
  const difference = a === undefined || b === undefined ? undefined : compareJournals(a, b);
  if (difference === undefined) {
    return "the same case played twice gave two digests, and agreed again when it was recorded: something outside of the case decides.";
  }
  const side = (owner: string | undefined, words: string | undefined) =>
    words === undefined ? "had ended" : `${owner}: ${words}`;
  return (
    `the same case played twice differs first at ${difference.atUs} µs: ` +
    `${side(difference.ownerA, difference.a)} | ${side(difference.ownerB, difference.b)}`
  );
}
