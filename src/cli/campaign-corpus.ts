import { corpusFiles, type CorpusCase } from "../explore/corpus.ts";
import { readFailure } from "../explore/failure-file.ts";
import type { RecordedTarget } from "../explore/failure-recorder.ts";
import { lastFailures } from "./last-failures.ts";
import { refuseOtherWorld, refusePlanted } from "./playable-failure.ts";
import { refuseUnlike, scenarioOfFailure, shown, type Session } from "./session.ts";

/**
 * What a campaign plays first: what was kept of its scenarios and, when asked, what campaigns have found in a folder. A
 * file that cannot be played as it is meant is refused like any failure file, also one of a scenario that nobody has.
 */
export async function campaignCorpus(
  session: Session,
  targets: readonly RecordedTarget[],
  { lastFailedIn, withRegressions }: CorpusOptions,
): Promise<readonly CorpusCase[]> {
  const corpus: CorpusCase[] = [];
  const found = lastFailedIn === undefined ? [] : lastFailures(lastFailedIn);
  const kept = withRegressions ? corpusFiles(session.project.config.regressions) : [];
  for (const file of [...found, ...kept]) {
    const failure = readFailure(file);
    const place = shown(file);
    const target = targets.find(({ scenario }) => scenario.name === failure.scenario.name);
    if (target === undefined) {
      await scenarioOfFailure(session, failure, place);
      continue;
    }
    refuseOtherWorld(failure, place);
    refuseUnlike(session, failure, target, place);
    if (!found.includes(file)) refusePlanted(failure, place);
    corpus.push({ file, failure });
  }
  return corpus;
}

export interface CorpusOptions {
  /** Undefined: what campaigns have found is left out. */
  readonly lastFailedIn: string | undefined;
  /** What was kept of the scenarios. */
  readonly withRegressions: boolean;
}
