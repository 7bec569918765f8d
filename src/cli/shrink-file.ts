import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { failureId, rewriteFailure, writeFailure, type Failure } from "../explore/failure-file.ts";
import { writeBeside } from "../explore/failure-recorder.ts";
import { Misuse } from "../explore/misuse.ts";
import { shrinkCase } from "../explore/shrink.ts";
import { sayEnding } from "../explore/shrink-ending.ts";
import { messageOf, signatureOf, wordsOf } from "../explore/signature.ts";
import { sayFault } from "../explore/story.ts";
import { onInterrupt } from "./interruption.ts";
import { playableFailure } from "./playable-failure.ts";
import { isPlanted, withMutant } from "./planted-mutant.ts";
import { standardError } from "./reporters.ts";
import { openSession, shown } from "./session.ts";
import { writeResult } from "./results.ts";

/** `millrace shrink`: searches on from the case of a failure file; the exit code. */
export async function shrinkFile(fileOrId: string, flags: ShrinkFlags): Promise<number> {
  const session = await openSession();
  const { path, failure, target } = await playableFailure(session, fileOrId);
  const { player } = target;
  if (failure.mutant !== null && !isPlanted(failure.mutant)) return withMutant(failure.mutant);
  const run = await player.play(failure.case);
  if (signatureOf(run.verdict) !== failure.signature) {
    throw new Misuse(
      `This failure does not reproduce (${run.verdict.kind}: ${messageOf(run.verdict)}); see \`millrace replay\`.`,
      { place: shown(path) },
    );
  }
  const endMs = performance.now() + flags.budget;
  const interruption = onInterrupt();
  standardError.write(`searching for up to ${flags.budget / 1000} s; Ctrl-C keeps what is found by then\n`);
  const shrunk = await shrinkCase({ case: failure.case, run }, player, {
    runsMax: Infinity,
    // Whoever asks for a shrink has the time to try each record of a long list.
    listMax: Infinity,
    timeIsUp: () => performance.now() > endMs,
    interrupted: () => interruption.signal.aborted,
  });
  interruption.end();
  const { expected: _expected, actual: _actual, ...kept } = failure;
  const smaller: Failure = {
    ...kept,
    ...wordsOf(shrunk.run.verdict),
    case: shrunk.case,
    digest: shrunk.run.digest,
    shrink: {
      ...failure.shrink,
      runs: failure.shrink.runs + shrunk.runs,
      ending: shrunk.ending,
      planLength: shrunk.case.plan.length,
    },
  };
  const same = failureId(smaller) === failureId(failure);
  const file = same ? path : writeFailure(join(session.project.config.out, "failures"), { ...smaller, hits: 1 }).file;
  // The case is the same, but now it is known that nothing of it can go; a search that was stopped knows no more than the last.
  const proved = same && shrunk.ending === "1-minimal";
  if (proved) rewriteFailure(path, smaller);
  if ((proved || !same) && basename(file) === "case.json") {
    const { entries } = await player.play(shrunk.case, { record: true });
    writeBeside(file, smaller, { entries, root: session.project.root, claims: target.scenario.claims });
  }
  standardError.write(
    `${same ? "nothing went" : shown(file)}: ${shrunk.runs} ${shrunk.runs === 1 ? "run" : "runs"}, ${sayEnding(shrunk.ending)}\n`,
  );
  for (const fault of shrunk.case.plan) standardError.write(`  ${sayFault(fault)}\n`);
  if (flags.json === true) {
    writeResult(
      `${JSON.stringify({ file: shown(file), runs: shrunk.runs, ending: shrunk.ending, planLength: shrunk.case.plan.length }, undefined, 2)}\n`,
    );
  }
  return shrunk.ending === "interrupted" ? 130 : 0;
}

/** What its flags say. */
export interface ShrinkFlags {
  readonly budget: number;
  readonly json?: boolean;
}
