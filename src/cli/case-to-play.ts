import { dirname } from "node:path";
import type { Case } from "../world/case.ts";
import { CaseLine } from "../explore/case-line.ts";
import { readFailure, type Failure } from "../explore/failure-file.ts";
import { datasetHash, type RecordedTarget } from "../explore/failure-recorder.ts";
import { Misuse } from "../explore/misuse.ts";
import { packageVersion } from "./package-version.ts";
import { failurePath, scenarioOfFailure, shown, targetsOf, type Session } from "./session.ts";

/** What `replay` and `show` are asked for: a case, who can play it, and where what is written about it belongs. */
export interface CaseToPlay {
  readonly played: Case;
  readonly target: RecordedTarget;
  /** Undefined: a case of a campaign, by its seed and index. */
  readonly failure: Failure | undefined;
  readonly folder: string;
}

export interface CaseFlags {
  readonly seed?: string;
  readonly case?: number;
  readonly profile?: "light" | "standard" | "all";
  readonly anyVersion?: boolean;
}

/** A failure file or its id; or a scenario, with the seed and the index of a case. */
export async function caseToPlay(session: Session, name: string, flags: CaseFlags): Promise<CaseToPlay> {
  if (flags.seed !== undefined || flags.case !== undefined) return caseOfCampaign(session, name, flags);
  const path = failurePath(session, name);
  const failure = readFailure(path);
  const place = shown(path);
  if (flags.anyVersion !== true) refuseOtherVersion(failure, place);
  refuseOtherData(failure, place);
  const target = await scenarioOfFailure(session, failure, place);
  return { played: failure.case, target, failure, folder: dirname(path) };
}

async function caseOfCampaign(session: Session, name: string, flags: CaseFlags): Promise<CaseToPlay> {
  const { seed, case: index, profile } = flags;
  if (seed === undefined || index === undefined)
    throw new Misuse("A case of a campaign is named by both --seed and --case.");
  const targets = await targetsOf(session, [name]);
  if (targets.length !== 1) throw new Misuse(`"${name}" names ${targets.length} scenarios; a case belongs to one.`);
  const options = { seed, checkEvery: 0, freshEvery: 0, ...(profile === undefined ? {} : { profile }) };
  const played = await new CaseLine(targets, options).caseOf(index);
  return { played, target: targets[0]!, failure: undefined, folder: process.cwd() };
}

/** Before 1.0 a minor version may change what a case means; from then on a major one. */
function refuseOtherVersion({ version }: Failure, place: string): void {
  const ours = packageVersion();
  if (lineOf(version) === lineOf(ours)) return;
  throw new Misuse(
    `Millrace ${version} wrote this file, and this is ${ours}: a case may mean something else. Play it with \`npx millrace@${version} replay\`, or all the same with --any-version.`,
    { place },
  );
}

function lineOf(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}

/** Other records would give another run, which must not be taken for a repair. */
function refuseOtherData(failure: Failure, place: string): void {
  for (const [name, hash] of Object.entries(failure.datasets)) {
    if (datasetHash(name) !== hash)
      throw new Misuse(
        `The data set "${name}" has changed since this failure was found; replay it with the data of then.`,
        { place },
      );
  }
}
