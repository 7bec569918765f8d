import { orderedSurvivors } from "./ordered-persistence.ts";
import type { PendingChange } from "./pending-change.ts";
import type { PowerLossDraws } from "./power-loss-draws.ts";
import { weakSurvivors } from "./weak-persistence.ts";

/**
 * Persistence models: which of the changes that no sync covered a power loss spares. They own that choice only.
 *
 * - `prefix`: the changes reached the platter in the order they were made, up to a point that the seed draws.
 * - `ordered`: ext4 with data=ordered, see ordered-persistence.ts.
 * - `weak`: what POSIX promises and no more, see weak-persistence.ts.
 */
export const persistenceModels = {
  prefix: {
    journal: false,
    survivors: (pending, draws) => pending.slice(0, draws.below(pending.length + 1)),
  },
  ordered: { journal: true, survivors: orderedSurvivors },
  weak: { journal: false, survivors: weakSurvivors },
} as const satisfies Record<string, PersistenceModel>;

export type PersistenceName = keyof typeof persistenceModels;

export interface PersistenceModel {
  /** A sync of any file or folder commits all earlier changes of names and all truncations on the disk. */
  readonly journal: boolean;
  /**
   * What is on the platter all the same, in the order in which it is to be applied. A change of contents may be there in
   * part, or as other bytes: then it appears as changes that say so, under its own sequence.
   */
  survivors(pending: readonly PendingChange[], draws: PowerLossDraws): readonly PendingChange[];
}
