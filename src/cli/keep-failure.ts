import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureId, serializeFailure } from "../explore/failure-file.ts";
import { openSession, shown } from "./session.ts";
import { playableFailure, refusePlanted } from "./playable-failure.ts";
import { writeResult } from "./results.ts";

/** `millrace keep`: copies a failure file into the corpus; the exit code. */
export async function keepFailure(fileOrId: string): Promise<number> {
  const session = await openSession();
  const { path, failure } = await playableFailure(session, fileOrId);
  refusePlanted(failure, shown(path));
  const kept = join(session.project.config.regressions, `${failureId(failure)}.json`);
  if (!existsSync(kept)) {
    mkdirSync(session.project.config.regressions, { recursive: true });
    writeFileSync(kept, serializeFailure(failure));
  }
  writeResult(`${shown(kept)}\n`);
  return 0;
}
