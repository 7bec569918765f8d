import { benchTargets } from "./bench-targets.ts";
import { hardKills } from "./hard-kills.ts";
import { interruptions, workerDeaths } from "./interruptions.ts";
import { mainJob } from "./main-job.ts";
import { newProject } from "./new-project.ts";
import { nodeVersions } from "./node-versions.ts";
import { plantedBugs } from "./planted-bugs.ts";
import type { Proof } from "./proof.ts";
import { refactoring } from "./refactoring.ts";
import { jobsSpeed, recordingCost } from "./workbench-speed.ts";

/** In the order in which they are played: what says most in the least time comes first. */
export const allProofs: readonly Proof[] = [
  mainJob,
  ...plantedBugs,
  hardKills,
  interruptions,
  workerDeaths,
  newProject,
  nodeVersions,
  refactoring,
  benchTargets,
  jobsSpeed,
  recordingCost,
];
