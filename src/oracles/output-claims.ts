import { builtInOracles } from "./built-in.ts";
import type { Oracle } from "./oracle.ts";

/**
 * The claims that hold whatever is lost: no wrong record is committed, no dead or deposed process has an effect, ids
 * do not go back. They are judged where a plan damages more than the cluster can bear. The others speak of checkpoints
 * that somebody can still read, or owe an end that such a run need not come to.
 */
export const outputClaims: readonly Oracle[] = builtInOracles.filter(({ id }) =>
  ["CC-1", "FO-1", "SI-2", "SI-4", "SK-1"].includes(id),
);
