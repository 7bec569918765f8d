import { idsIncrease } from "./coordinator/cc-1-ids-increase.ts";
import { completeMeansAcknowledged } from "./coordinator/cc-2-complete-means-acknowledged.ts";
import { restorable } from "./coordinator/cc-8-restorable.ts";
import type { Oracle } from "./oracle.ts";
import { deadIsDead } from "./simulator/si-2-dead-is-dead.ts";
import { syncedSurvives } from "./simulator/si-4-synced-survives.ts";

/** Every claim that is judged in every run, in the order of invariants.md. */
export const builtInOracles: readonly Oracle[] = [idsIncrease, completeMeansAcknowledged, restorable, deadIsDead, syncedSurvives];
