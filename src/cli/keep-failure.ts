import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureId, readFailure, serializeFailure } from "../explore/failure-file.ts";
import { Misuse } from "../explore/misuse.ts";
import { failurePath, openSession, shown } from "./session.ts";
import { writeResult } from "./results.ts";

/** `millrace keep`: copies a failure file into the corpus; the exit code. */
export async function keepFailure(fileOrId: string): Promise<number> {
  const { project, ...rest } = await openSession();
  const path = failurePath({ project, ...rest }, fileOrId);
  const failure = readFailure(path);
  if (failure.mutant !== null) {
    throw new Misuse(
      `This failure shows the planted bug ${failure.mutant}, and no bug of the code: as a regression case it would pass for ever.`,
      { place: shown(path) },
    );
  }
  const kept = join(project.config.regressions, `${failureId(failure)}.json`);
  if (!existsSync(kept)) {
    mkdirSync(project.config.regressions, { recursive: true });
    writeFileSync(kept, serializeFailure(failure));
  }
  writeResult(`${shown(kept)}\n`);
  return 0;
}
