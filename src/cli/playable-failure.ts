import { readFileSync } from "node:fs";
import { shelf } from "../explore/dataset.ts";
import { readFailure, type Failure } from "../explore/failure-file.ts";
import { loadMutant, mutantNames } from "../explore/mutant/mutant-catalog.ts";
import { lineOfPath } from "../explore/json-place.ts";
import { datasetHash, type RecordedTarget } from "../explore/failure-recorder.ts";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { packageVersion } from "./package-version.ts";
import { failurePath, scenarioOfFailure, shown, type Session } from "./session.ts";

/** A failure file whose case can be played here and now, and means what it meant when it was written. */
export interface PlayableFailure {
  readonly path: string;
  readonly failure: Failure;
  readonly target: RecordedTarget;
}

/**
 * A failure file by its path or id, for every command that goes by what its case does: one of another version, with other
 * data, or without its scenario is refused with what to do.
 */
export async function playableFailure(
  session: Session,
  fileOrId: string,
  { anyVersion = false }: { readonly anyVersion?: boolean } = {},
): Promise<PlayableFailure> {
  const path = failurePath(session, fileOrId);
  const failure = readFailure(path);
  const place = shown(path);
  if (!anyVersion) refuseOtherVersion(failure, place);
  await refuseUnknownMutant(failure, path);
  const target = await scenarioOfFailure(session, failure, place);
  refuseOtherData(failure, place);
  return { path, failure, target };
}

/** A case that would mean something else here. */
export function refuseOtherWorld(failure: Failure, place: string): void {
  refuseOtherVersion(failure, place);
  refuseOtherData(failure, place);
}

/** As a regression case it would say nothing. */
export function refusePlanted({ mutant }: Failure, place: string): void {
  if (mutant === null) return;
  throw new Misuse(
    `This failure shows the planted bug ${mutant}, and no bug of the code: as a regression case it would pass for ever.`,
    { place },
  );
}

async function refuseUnknownMutant({ mutant }: Failure, path: string): Promise<void> {
  if (mutant === null || (await loadMutant(mutant)) !== undefined) return;
  const place = `${shown(path)}:${lineOfPath(readFileSync(path, "utf8"), ["mutant"])}`;
  throw new Misuse(`"mutant" is wrong: there is no mutant "${mutant}". ${suggestion(mutant, await mutantNames())}`, {
    place,
  });
}

/** Before 1.0 a minor version may change what a case means; from then on a major one. */
function refuseOtherVersion({ version }: Failure, place: string): void {
  const ours = packageVersion();
  if (lineOf(version) === lineOf(ours)) return;
  throw new Misuse(
    `Millrace ${version} wrote this file, and this is ${ours}: a case may mean something else. Play it with \`npx millrace@${version} replay\`, or all the same with \`millrace replay --any-version\`.`,
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
    if (!shelf.names().includes(name))
      throw new Misuse(
        `The data set "${name}", of which this failure reads, does not exist. ${suggestion(name, shelf.names())} Restore it, or run the campaign again.`,
        { place },
      );
    if (datasetHash(name) !== hash)
      throw new Misuse(
        `The data set "${name}" has changed since this failure was found; replay it with the data of then.`,
        { place },
      );
  }
}
