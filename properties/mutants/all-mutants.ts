import type { Mutant } from "../../src/explore/mutant/mutant.ts";
import { barrierMutants } from "./barriers.ts";
import { checkpointMutants } from "./checkpoints.ts";
import { leaderMutants } from "./leaders.ts";
import { serviceMutants } from "./services.ts";
import { sinkMutants } from "./sinks.ts";
import { sourceMutants } from "./sources.ts";
import { stateMutants } from "./states.ts";

/**
 * Every planted bug: a real defect of a released system, or one of its class, made again in our runtime. Each must be
 * found by `explore --mutant` and shrunk to at most three faults; one that no longer applies fails the tests.
 */
export const allMutants: readonly Mutant[] = [
  ...barrierMutants,
  ...checkpointMutants,
  ...leaderMutants,
  ...sourceMutants,
  ...stateMutants,
  ...sinkMutants,
  ...serviceMutants,
];
