import { newestIsRestored } from "./coordinator/cc-10-newest-is-restored.ts";
import { idsIncrease } from "./coordinator/cc-1-ids-increase.ts";
import { completeMeansAcknowledged } from "./coordinator/cc-2-complete-means-acknowledged.ts";
import { newestAreAddressable } from "./coordinator/cc-7-newest-are-addressable.ts";
import { restorable } from "./coordinator/cc-8-restorable.ts";
import { oneEffectiveLeader } from "./failover/fo-1-one-effective-leader.ts";
import { recoveryDataKept } from "./failover/fo-3-recovery-data-kept.ts";
import { recovers } from "./failover/fo-5-recovers.ts";
import type { Oracle } from "./oracle.ts";
import { deadIsDead } from "./simulator/si-2-dead-is-dead.ts";
import { syncedSurvives } from "./simulator/si-4-synced-survives.ts";

/** Every claim that is judged in every run, in the order of invariants.md. */
export const builtInOracles: readonly Oracle[] = [
  idsIncrease,
  completeMeansAcknowledged,
  newestAreAddressable,
  restorable,
  newestIsRestored,
  oneEffectiveLeader,
  recoveryDataKept,
  recovers,
  deadIsDead,
  syncedSurvives,
];
