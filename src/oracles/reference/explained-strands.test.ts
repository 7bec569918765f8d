import { expect, test } from "vitest";
import type { CommittedRecord } from "./committed-pool.ts";
import { explainStrands } from "./explained-strands.ts";
import type { Strand, StrandFold, StrandInput } from "./reference-run.ts";
import type { OutputTerms } from "./sink-group.ts";

const inputs: readonly StrandInput[] = [0, 1].map(position => ({
  split: "in/0",
  position,
  record: position + 1,
  context: { timestampMs: undefined, watermarkMs: -Infinity },
}));

/** Gives each record as it is to each of its sinks. */
function strand(operator: string, sinks: readonly string[], its = inputs): Strand {
  const fold: StrandFold = {
    step: ({ record }) => sinks.map(sink => ({ sink, image: String(record), show: () => String(record) })),
    absorb: () => undefined,
    state: () => new Map(),
    stateImage: () => "",
    fork: () => fold,
  };
  return { operator, key: undefined, name: operator, splits: [its], sinks, emitsInOrder: true, begin: () => fold };
}

let place = 0;
function record(sink: string, position: number, image = String(position + 1)): CommittedRecord {
  return { sink, split: "in/0", position, image, lane: `${sink}/0`, place: place++, show: () => image };
}

const whole: OutputTerms = { complete: true, atLeastOnce: new Set(), mayBeLost: false };

const kinds = (strands: readonly Strand[], committed: readonly CommittedRecord[]) =>
  explainStrands(strands, committed, whole).strands.map(({ found }) => found.kind);

test("strands of other sinks do not take each other's records, though they are of one origin", () => {
  const two = [strand("a", ["x"]), strand("b", ["y"])];
  const committed = [record("x", 0), record("x", 1), record("y", 0), record("y", 1)];
  expect(kinds(two, committed)).toEqual(["found", "found"]);
  // One that was committed twice is told as such, and is not another strand's.
  const twice = explainStrands(two, [...committed, record("y", 1)], whole);
  expect(twice.strands.map(({ found }) => found.kind)).toEqual(["found", "found"]);
  expect(twice.unexplained).toMatchObject([{ sink: "y", position: 1 }]);
  expect(kinds(two, committed.slice(0, 3))).toEqual(["found", "impossible"]);
});

test("sinks that one strand has in common with another are of one group, over a third", () => {
  const three = [strand("a", ["x", "y"]), strand("b", ["z"]), strand("c", ["y", "z"])];
  const committed = ["x", "y", "z", "y", "z"].flatMap(sink => [record(sink, 0), record(sink, 1)]);
  const explained = explainStrands(three, committed, whole);
  expect(explained.strands.map(({ found }) => found.kind)).toEqual(["found", "found", "found"]);
  expect(explained.unexplained).toEqual([]);
});

test("of two records that look alike each strand takes the one that it can, whoever is asked first", () => {
  // Both give the first input's record; the first strand takes one of the two, and the second's own comes before it.
  const both = [strand("b", ["x"], inputs.slice(0, 1)), strand("a", ["x"])];
  expect(kinds(both, [record("x", 0), record("x", 1), record("x", 0)])).toEqual(["found", "found"]);
  expect(kinds(both, [record("x", 0), record("x", 1)])).toEqual(["found", "impossible"]);
  // Where nobody else has taken one of them, two that look alike excuse nothing.
  const silent: StrandFold = { ...strand("b", ["x"]).begin(), step: () => [], fork: () => silent };
  const other: Strand = { ...strand("b", ["x"]), begin: () => silent };
  const backwards = [record("x", 1), record("x", 0), record("x", 0)];
  expect(kinds([strand("a", ["x"]), other], backwards)).toEqual(["impossible", "found"]);
});

test("where like records leave somebody without his whoever is asked first, nobody can tell whose is missing", () => {
  const backwards: Strand = { ...strand("a", ["x"]), splits: [inputs.toReversed()] };
  const both = [strand("b", ["x"]), backwards];
  expect(kinds(both, [record("x", 1), record("x", 0), record("x", 1)])).toEqual(["found", "undecided"]);
});

test("a strand that was robbed of a like record, and made do with another order, is not called a second commit", () => {
  // A fold that speaks at each input in their order, and at none the other way round.
  const sum = (so: number): StrandFold => ({
    ...strand("a", ["x"]).begin(),
    step({ record: amount }) {
      so += amount as number;
      return so === 1 || (amount === 2 && so === 3) ? [{ sink: "x", image: String(so), show: () => String(so) }] : [];
    },
    stateImage: () => String(so),
    fork: () => sum(so),
  });
  const splits = inputs.map(input => [input]);
  const folded: Strand = { ...strand("total", ["x"]), key: "k", splits, begin: () => sum(0) };
  const raw = strand("raw", ["x"], inputs.slice(0, 1));
  const committed = [record("x", 0, "1"), record("x", 1, "3"), record("x", 0, "1")];
  const explained = explainStrands([raw, folded], committed, whole);
  expect(explained.unexplained).toEqual([]);
  expect(explained.strands.every(({ found }) => found.kind === "found")).toBe(true);
  // A third one is too many, whoever has taken the others.
  expect(explainStrands([raw, folded], [...committed, record("x", 0, "1")], whole).unexplained).toHaveLength(1);
});

test("a record that is left over is asked of the strands whose input it may come from, by another order", () => {
  const one = (split: string, record: number): StrandInput => ({ ...inputs[0]!, split, record });
  // Speaks once, when a 2 makes it 3.
  const three = (sum: number, image: string): StrandFold => ({
    ...strand("a", ["x"]).begin(),
    step({ record: amount }) {
      sum += amount as number;
      return amount === 2 && sum === 3 ? [{ sink: "x", image, show: () => image }] : [];
    },
    stateImage: () => String(sum),
    fork: () => three(sum, image),
  });
  const splits = [[one("in/0", 2)], [one("in/1", 1)]];
  const speaks: Strand = { ...strand("a", ["x"]), splits, begin: () => three(0, "3") };
  const says = { ...strand("b", ["x"]).begin(), step: () => [] };
  const silent: Strand = { ...strand("b", ["x"]), splits, begin: () => ({ ...says, fork: () => says }) };
  const committed = [record("x", 0, "3")];
  for (const strands of [
    [speaks, silent],
    [silent, speaks],
  ]) {
    const explained = explainStrands(strands, committed, whole);
    expect(explained.unexplained).toEqual([]);
    const found = explained.strands.find(({ strand: { operator } }) => operator === "a")!.found;
    expect(found).toMatchObject({ kind: "found", order: [splits[1]![0], splits[0]![0]] });
  }
  // Of one input each of two strands has left a record, and none of them can take both.
  const too: Strand = { ...strand("c", ["x"]), splits, begin: () => three(0, "three") };
  expect(explainStrands([speaks, too], [...committed, record("x", 0, "three")], whole).unexplained).toEqual([]);
  // Where it was committed twice no order takes both.
  expect(explainStrands([speaks, silent], [...committed, record("x", 0, "3")], whole).unexplained).not.toEqual([]);
});

test("of two folds of the same inputs one can take the other's records as its own: whoever is left without is asked first", () => {
  const one = (split: string, record: number): StrandInput => ({ ...inputs[0]!, split, record });
  // The sum of what came so far, of which `says` lets some pass.
  const sums = (says: (sum: number) => boolean, so = 0): StrandFold => ({
    ...strand("a", ["x"]).begin(),
    step({ record: amount }) {
      so += amount as number;
      return says(so) ? [{ sink: "x", image: String(so), show: () => String(so) }] : [];
    },
    stateImage: () => String(so),
    fork: () => sums(says, so),
  });
  const splits = [[one("in/0", 1)], [one("in/1", 2)]];
  const all: Strand = { ...strand("all", ["x"]), key: "k", splits, begin: () => sums(() => true) };
  const odd: Strand = { ...strand("odd", ["x"]), key: "k", splits, begin: () => sums(sum => sum % 2 === 1) };
  const of = (split: string, image: string): CommittedRecord => ({ ...record("x", 0, image), split });
  // One has handled 1 and then 2; the other, which does not say its 2, began with that.
  const [first, second, other] = [of("in/0", "1"), of("in/1", "3"), of("in/0", "3")];
  for (const strands of [
    [odd, all],
    [all, odd],
  ]) {
    const explained = explainStrands(strands, [first, second, other], whole);
    expect(explained.strands.map(({ found }) => found.kind)).toEqual(["found", "found"]);
    expect(explained.unexplained).toEqual([]);
    // Without this one nobody explains what `all` must have, whoever is asked first.
    const lost = explainStrands(strands, [first, other], whole).strands;
    expect(lost.find(({ strand: { operator } }) => operator === "all")!.found.kind).toBe("impossible");
    // Without that one either of the two has an order, but not both: nobody can tell whose is missing.
    expect(kinds(strands, [first, second])).toContain("undecided");
    expect(kinds(strands, [first, second])).not.toContain("impossible");
  }
});

test("a sink that writes at least once owes each record once, in any order; what a fold gives it is not judged", () => {
  const atLeastOnce = new Set(["x"]);
  const explain = (one: Strand, committed: readonly CommittedRecord[], terms: Partial<OutputTerms> = {}) =>
    explainStrands([one], committed, { ...whole, atLeastOnce, ...terms });
  const twice = [record("x", 1), record("x", 0), record("x", 1)];
  expect(explain(strand("a", ["x"]), twice)).toMatchObject({
    strands: [{ found: { kind: "found" } }],
    unexplained: [],
  });
  expect(explain(strand("a", ["x"]), [record("x", 1)]).strands[0]!.found).toMatchObject({
    kind: "impossible",
    next: { position: 0 },
  });
  for (const terms of [{ complete: false }, { mayBeLost: true }])
    expect(explain(strand("a", ["x"]), [record("x", 1)], terms).strands[0]!.found.kind).toBe("found");
  expect(explain(strand("a", ["x"]), [...twice, record("x", 0, "other")]).unexplained).toMatchObject([
    { image: "other" },
  ]);
  const byTwoWays = { ...strand("a", ["x"]), splits: [inputs, inputs] };
  expect(explain(byTwoWays, [...twice, record("x", 0)]).strands[0]!.found.kind).toBe("found");
  expect(explain(byTwoWays, twice).strands[0]!.found).toMatchObject({ kind: "impossible", next: { position: 0 } });
  const keyed = explain({ ...strand("a", ["x"]), key: "k", name: "total[k]" }, twice);
  expect(keyed.strands[0]!.found).toMatchObject({
    kind: "undecided",
    because: expect.stringContaining("what total gives") as string,
  });
});

test("what is left over in one sink is told, though in another a strand has no order", () => {
  const strands = [strand("a", ["x"]), { ...strand("b", ["y"]), key: "k", name: "b[k]" }];
  const committed = [record("x", 0), record("x", 1), record("x", 1), record("y", 0)];
  const explained = explainStrands(strands, committed, { ...whole, atLeastOnce: new Set(["y"]) });
  expect(explained.strands.map(({ found }) => found.kind).sort()).toEqual(["found", "undecided"]);
  expect(explained.unexplained).toMatchObject([{ sink: "x", position: 1 }]);
});
