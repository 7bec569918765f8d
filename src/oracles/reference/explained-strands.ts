import type { CommittedRecord } from "./committed-pool.ts";
import type { Strand } from "./reference-run.ts";
import { SinkGroup, type ExplainedOutput, type OutputTerms } from "./sink-group.ts";

/** All strands of a run, each explained by what was committed. It owns which of them draw on the same records. */
export function explainStrands(
  strands: readonly Strand[],
  committed: readonly CommittedRecord[],
  terms: OutputTerms,
): ExplainedOutput {
  const groupOf = sinkGroups(strands);
  const recordsOf = grouped(committed, ({ sink }) => groupOf(sink));
  const strandsOf = grouped(strands, ({ sinks }) => groupOf(sinks[0]!));
  const groups = new Set([...strandsOf.keys(), ...recordsOf.keys()]);
  const explained = Array.from(groups, group =>
    new SinkGroup(strandsOf.get(group) ?? [], recordsOf.get(group) ?? [], terms).explain(),
  );
  const left = new Set(explained.flatMap(({ unexplained }) => unexplained));
  return {
    strands: explained.flatMap(one => one.strands),
    unexplained: committed.filter(record => left.has(record)),
  };
}

/** Names the group of a sink: two are of one group where a strand ends in both, or in one of them and in a third of it. */
function sinkGroups(strands: readonly Strand[]): (sink: string) => string {
  const groups = new Map<string, string>();
  const groupOf = (sink: string): string => groups.get(sink) ?? sink;
  for (const { sinks } of strands) {
    const joined = new Set(sinks.map(groupOf));
    const into = groupOf(sinks[0]!);
    for (const sink of new Set([...groups.keys(), ...sinks])) if (joined.has(groupOf(sink))) groups.set(sink, into);
  }
  return groupOf;
}

function grouped<T>(all: readonly T[], groupOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groupOf(one);
    const there = groups.get(group);
    if (there === undefined) groups.set(group, [one]);
    else there.push(one);
  }
  return groups;
}
