import { caseToPlay, type CaseFlags } from "./case-to-play.ts";
import { isPlanted, withMutant } from "./planted-mutant.ts";
import { formatsOf, writeRecording } from "./recording-files.ts";
import { openSession } from "./session.ts";
import { writeResult } from "./results.ts";

/** `millrace show`: plays a case once more with recording on and prints the paths of what was written; the exit code. */
export async function showRecording(name: string, flags: ShowFlags): Promise<number> {
  const formats = formatsOf(flags.format);
  const { played, target, failure, folder } = await caseToPlay(await openSession(), name, flags);
  const mutant = failure?.mutant ?? undefined;
  if (mutant !== undefined && !isPlanted(mutant)) return withMutant(mutant);
  const { entries } = await target.player.play(played, { record: true });
  for (const path of writeRecording(folder, formats, entries)) writeResult(`${path}\n`);
  return 0;
}

/** What its flags say. */
export interface ShowFlags extends CaseFlags {
  readonly format: string;
}
