import { expect, test } from "vitest";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { eachSplitOnce } from "./so-1-each-split-once.ts";

test("splits that are assigned and read by one, or neither, hold", () => {
  expect(completed({ assigned: [0], first: [0] })).toMatchObject({ violations: [], checked: 2 });
});

test("a split that is assigned, and that no reader has, is a violation", () => {
  expect(completed({ assigned: [0, 1], first: [0] }).violations).toMatchObject([
    { claim: "SO-1", expected: "one reader", actual: "none" },
  ]);
});

test("a split that a reader has and the enumerator too is a violation", () => {
  expect(completed({ assigned: [], first: [0] }).violations).toMatchObject([{ expected: "no reader yet" }]);
});

test("a split that two readers have is a violation", () => {
  expect(completed({ assigned: [0], first: [0], second: [0] }).violations).toMatchObject([
    { actual: "amounts[0], amounts[1]" },
  ]);
});

test("an enumerator that has not looked yet says nothing", () => {
  expect(completed({ first: [] }).checked).toBe(0);
});

interface Story {
  /** Absent: the enumerator knows of no partition. */
  readonly assigned?: readonly number[];
  readonly first: readonly number[];
  readonly second?: readonly number[];
}

function completed({ assigned, first, second = [] }: Story) {
  const history = new MadeHistory(totals);
  const judgement = judge(eachSplitOnce, history.setting());
  const uid = "amounts";
  const reader = (subtask: number, partitions: readonly number[]) =>
    madeSnapshot("amounts", subtask, {
      operators: [{ uid, splits: partitions.map(partition => ({ topic: "amounts", partition, position: 0 })) }],
    });
  const partitions = [0, 1].map(partition => ({ partition, assigned: assigned?.includes(partition) ?? false }));
  const enumerators = [{ uid, state: assigned === undefined ? {} : { partitions } }];
  history.point(1, history.storeMetadata(madeMetadata(1, [reader(0, first), reader(1, second)], { enumerators })));
  return judgement.goOn(history);
}
