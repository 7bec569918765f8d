import { aligned } from "./barriers/ba-2-aligned.ts";
import { barriersInOrder } from "./barriers/ba-3-order.ts";
import { newestIsRestored } from "./coordinator/cc-10-newest-is-restored.ts";
import { idsIncrease } from "./coordinator/cc-1-ids-increase.ts";
import { completeMeansAcknowledged } from "./coordinator/cc-2-complete-means-acknowledged.ts";
import { newestAreAddressable } from "./coordinator/cc-7-newest-are-addressable.ts";
import { failuresAreCounted } from "./coordinator/cc-5-failures-are-counted.ts";
import { abortsAreTold } from "./coordinator/cc-11-aborts-are-told.ts";
import { pace } from "./coordinator/cc-3-pace.ts";
import { lateStateIsDiscarded } from "./coordinator/cc-4-late-state-is-discarded.ts";
import { restorable } from "./coordinator/cc-8-restorable.ts";
import { noLeftovers } from "./coordinator/cc-9-no-leftovers.ts";
import { oneEffectiveLeader } from "./failover/fo-1-one-effective-leader.ts";
import { oldAttemptLetsGo } from "./failover/fo-1-old-attempt-lets-go.ts";
import { recoveryDataKept } from "./failover/fo-3-recovery-data-kept.ts";
import { neverEarly } from "./failover/fo-4-never-early.ts";
import { limitsAreExact } from "./failover/fo-4-limits-are-exact.ts";
import { recovers } from "./failover/fo-5-recovers.ts";
import type { Oracle } from "./oracle.ts";
import { boundedChannels } from "./resources/re-2-bounded-channels.ts";
import { deadIsDead } from "./simulator/si-2-dead-is-dead.ts";
import { inOrderAndOnce } from "./simulator/si-3-in-order-and-once.ts";
import { syncedSurvives } from "./simulator/si-4-synced-survives.ts";
import { noOpenTransactions } from "./sink/re-1-no-open-transactions.ts";
import { legalAndComplete } from "./sink/sk-1-legal-and-complete.ts";
import { commitAfterCompletion } from "./sink/sk-2-commit-after-completion.ts";
import { commitsUntilKnown } from "./sink/sk-3-commits-until-known.ts";
import { lineageIsSettled } from "./sink/sk-4-lineage-is-settled.ts";
import { noFailedEpoch } from "./sink/sk-5-no-failed-epoch.ts";
import { lastEpochBeforeFinished } from "./sink/sk-6-last-epoch-before-finished.ts";
import { eachSplitOnce } from "./source/so-1-each-split-once.ts";
import { exactSuffix } from "./source/so-4-exact-suffix.ts";
import { stateIsThePrefix } from "./state/st-7-state-is-the-prefix.ts";
import { enoughReplicas } from "./storage/ds-1-enough-replicas.ts";
import { wholeOrNothing } from "./storage/ds-2-whole-or-nothing.ts";
import { wholeIsListed } from "./storage/ds-3-whole-is-listed.ts";

/**
 * Every claim that is judged in every run. The first violation names a run, so that of several that see one defect at the
 * end the one nearest to its cause comes first: state and positions before commits, commits before output.
 */
export const builtInOracles: readonly Oracle[] = [
  deadIsDead,
  inOrderAndOnce,
  syncedSurvives,
  boundedChannels,
  barriersInOrder,
  aligned,
  idsIncrease,
  restorable,
  enoughReplicas,
  wholeOrNothing,
  wholeIsListed,
  completeMeansAcknowledged,
  pace,
  failuresAreCounted,
  abortsAreTold,
  newestAreAddressable,
  newestIsRestored,
  oneEffectiveLeader,
  oldAttemptLetsGo,
  recoveryDataKept,
  limitsAreExact,
  neverEarly,
  eachSplitOnce,
  exactSuffix,
  stateIsThePrefix,
  commitAfterCompletion,
  commitsUntilKnown,
  lineageIsSettled,
  noFailedEpoch,
  lastEpochBeforeFinished,
  legalAndComplete,
  noOpenTransactions,
  lateStateIsDiscarded,
  noLeftovers,
  recovers,
];
