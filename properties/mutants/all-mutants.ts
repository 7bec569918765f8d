import type { Mutant } from "../../src/explore/mutant/mutant.ts";
import { barrierMutants } from "./barriers.ts";
import { checkpointMutants } from "./checkpoints.ts";
import { sinkMutants } from "./sinks.ts";
import { sourceMutants } from "./sources.ts";

/**
 * Every planted bug: a real defect of a released system, made again in our runtime. Each must be found by `explore --mutant`
 * and shrunk to at most three faults; one that no longer applies fails the tests.
 */
export const allMutants: readonly Mutant[] = [
  ...barrierMutants,
  ...checkpointMutants,
  ...sourceMutants,
  ...sinkMutants,
];
