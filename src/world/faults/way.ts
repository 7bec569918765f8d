/**
 * The ways that a target names, by the roles at their ends: `jm0>tm1` one direction of a pair, `jm0<>tm1` both, and
 * with commas between roles those between two groups, `jm0,tm0<>tm1,coord`. Undefined where it names no way.
 */
export interface Way {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Also the way back. */
  readonly both: boolean;
}

export function wayOf(target: string): Way | undefined {
  const [, from, arrow, to] = /^([^<>]*)(<?>)([^<>]*)$/.exec(target) ?? [];
  if (from === undefined || to === undefined) return undefined;
  return { from: from.split(","), to: to.split(","), both: arrow === "<>" };
}
