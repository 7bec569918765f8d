import { benchTargets } from "./bench-targets.ts";
import { hardKills } from "./hard-kills.ts";
import { mainJob } from "./main-job.ts";
import { plantedBugs } from "./planted-bugs.ts";
import type { Proof } from "./proof.ts";

/** In the order in which they are played: what says most in the least time comes first. */
export const allProofs: readonly Proof[] = [...plantedBugs, mainJob, hardKills, benchTargets];
