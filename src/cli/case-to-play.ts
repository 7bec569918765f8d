import { dirname } from "node:path";
import type { Case } from "../world/case.ts";
import { CaseLine } from "../explore/case-line.ts";
import type { Failure } from "../explore/failure-file.ts";
import type { RecordedTarget } from "../explore/failure-recorder.ts";
import { Misuse } from "../explore/misuse.ts";
import type { Profile } from "../explore/profile.ts";
import { findScenarios } from "../explore/project.ts";
import { playableFailure } from "./playable-failure.ts";
import { targetsOf, type Session } from "./session.ts";

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
  readonly profile?: Profile;
  readonly anyVersion?: boolean;
}

/** A failure file or its id; or a scenario, with the seed and the index of a case. */
export async function caseToPlay(session: Session, name: string, flags: CaseFlags): Promise<CaseToPlay> {
  if (flags.seed !== undefined || flags.case !== undefined) return caseOfCampaign(session, name, flags);
  await refuseBareScenario(session, name);
  const { path, failure, target } = await playableFailure(session, name, flags);
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

/** Somebody has named what to play, and not which case of it. */
async function refuseBareScenario({ project, load }: Session, name: string): Promise<void> {
  if (name.endsWith(".json")) return;
  const scenarios = await findScenarios(project, load);
  if (scenarios.some(({ scenario, module }) => scenario.name === name || module === name))
    throw new Misuse(`"${name}" is a scenario: which of its cases is played is said by --seed and --case.`);
}
