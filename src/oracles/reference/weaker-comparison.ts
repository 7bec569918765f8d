import type { CommittedRecord, Emission } from "./committed-pool.ts";
import type { Strand } from "./reference-run.ts";

/**
 * Comparisons that a job may ask for where equality along the committed order says too much, each with its reason. It owns
 * what they mean: the reference is folded along each strand's splits, one after the other, and provenance is not looked at.
 *
 * `multiset`: the same records, each as often. `per-key-sequence`: for each strand besides, in the same order; for jobs
 * whose keys come from one split each. A conserved sum alone is no comparison: a loss and a duplicate cancel out in it.
 */
export function compareWeakly(
  by: "per-key-sequence" | "multiset",
  strands: readonly Strand[],
  committed: readonly CommittedRecord[],
): Mismatch | undefined {
  const expected = strands.map(strand => {
    const fold = strand.begin();
    return { strand, emissions: strand.splits.flat().flatMap(input => fold.step(input)) };
  });
  const wrong = compareMultisets(
    expected.flatMap(({ emissions }) => emissions),
    committed,
  );
  if (wrong !== undefined || by === "multiset") return wrong;
  for (const { strand, emissions } of expected) {
    const mismatch = compareSequence(strand, emissions, committed);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

export interface Mismatch {
  /** Uid of the sink or the operator. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
}

function compareMultisets(expected: readonly Emission[], committed: readonly CommittedRecord[]): Mismatch | undefined {
  const balance = new Map<string, { count: number; readonly record: Emission }>();
  const add = (record: Emission, count: number): void => {
    const name = nameOf(record);
    const there = balance.get(name);
    if (there === undefined) balance.set(name, { count, record });
    else there.count += count;
  };
  for (const emission of expected) add(emission, 1);
  for (const record of committed) add(record, -1);
  for (const { count, record } of balance.values()) {
    if (count === 0) continue;
    const words = `${record.show()} at ${record.sink}`;
    return {
      where: record.sink,
      expected: count > 0 ? `${count} more of ${words}` : `${-count} fewer of ${words}`,
      actual: `${committed.filter(other => nameOf(other) === nameOf(record)).length} committed`,
    };
  }
  return undefined;
}

/** The strand's records must stand in its order in each lane, others in between. */
function compareSequence(
  strand: Strand,
  emissions: readonly Emission[],
  committed: readonly CommittedRecord[],
): Mismatch | undefined {
  const own = new Set(emissions.map(nameOf));
  const found = committed.filter(record => own.has(nameOf(record)));
  const lanes = new Set(found.map(record => record.lane));
  if (lanes.size > 1) return undefined;
  const sorted = [...found].sort((a, b) => a.place - b.place);
  const at = sorted.findIndex((record, i) => nameOf(record) !== nameOf(emissions[i] ?? record));
  if (at < 0) return undefined;
  return {
    where: strand.operator,
    expected: `${emissions[at]!.show()} as number ${at + 1} of ${strand.name}`,
    actual: sorted[at]!.show(),
  };
}

function nameOf(record: Emission): string {
  return `${record.sink} ${record.image}`;
}
