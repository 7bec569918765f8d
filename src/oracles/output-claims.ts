import { builtInOracles } from "./built-in.ts";
import type { Oracle } from "./oracle.ts";

/**
 * The claims that hold whatever is lost: no wrong record is committed, no dead or deposed process has an effect, ids
 * do not go back. They are judged where a plan damages more than the cluster can bear. The others speak of checkpoints
 * that somebody can still read, or owe an end that such a run need not come to; and who leads, and which ids were given
 * out, is written where `coordination` keeps its log: where that disk is damaged nobody owes them.
 */
export function outputClaims(damaged: { readonly coordination: boolean }): readonly Oracle[] {
  const ids = damaged.coordination ? ["SI-2", "SI-4", "SK-1"] : ["CC-1", "FO-1", "SI-2", "SI-4", "SK-1"];
  return builtInOracles.filter(({ id }) => ids.includes(id));
}
