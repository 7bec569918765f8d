import type { PendingChange } from "./durability.ts";

/**
 * Persistence models: which of the changes that no sync covered a power loss spares. They own that choice only.
 *
 * `prefix`: the changes reached the platter in the order they were made, up to a point that the seed draws.
 */
export const persistenceModels = {
  prefix: (pending, drawn) => pending.slice(0, drawn % (pending.length + 1)),
} as const satisfies Record<string, PersistenceModel>;

export type PersistenceName = keyof typeof persistenceModels;

/** `drawn` is uniform over 0 … 2³²−1 and a function of seed, machine and how many power losses went before. */
export type PersistenceModel = (pending: readonly PendingChange[], drawn: number) => readonly PendingChange[];
