import { benchTargets, faultCost } from "./bench-targets.ts";
import { hardKills } from "./hard-kills.ts";
import { hostDifferentials } from "./host-differentials.ts";
import { interruptions, workerDeaths } from "./interruptions.ts";
import { mainJob } from "./main-job.ts";
import { newProject } from "./new-project.ts";
import { nodeVersions } from "./node-versions.ts";
import { plantedBugs } from "./planted-bugs.ts";
import type { Proof } from "./proof.ts";
import { randomJobs } from "./random-jobs.ts";
import { refactoring } from "./refactoring.ts";
import { stormsBeyond, stormsOfAll } from "./storms.ts";
import { shrinking } from "./shrinking.ts";
import { jobsSpeed, recordingCost } from "./workbench-speed.ts";
import { zombies } from "./zombies.ts";

/** In the order in which they are played: what says most in the least time comes first. */
export const allProofs: readonly Proof[] = [
  mainJob,
  ...plantedBugs,
  zombies,
  randomJobs,
  ...hostDifferentials,
  hardKills,
  interruptions,
  workerDeaths,
  newProject,
  shrinking,
  nodeVersions,
  refactoring,
  stormsOfAll,
  stormsBeyond,
  benchTargets,
  faultCost,
  jobsSpeed,
  recordingCost,
];
