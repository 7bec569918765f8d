import { expect, test } from "vitest";
import type { EnumeratorContext } from "../api/source.ts";
import { FixedSplits } from "./fixed-splits.ts";

/** Names `a` to `e` among two subtasks; what is assigned, in order. */
function splitsOf(restored?: unknown) {
  const log: string[] = [];
  const context = {
    parallelism: 2,
    readers: () => [0],
    assign: (subtask: number, splits: readonly string[]) => log.push(`${subtask} gets ${splits.join()}`),
    noMoreSplits: (subtask: number) => log.push(`${subtask} has all`),
  } as unknown as EnumeratorContext<string>;
  const names = ["a", "b", "c", "d", "e"];
  return { log, splits: new FixedSplits(context, { names, unread: name => `${name}@0`, restored }) };
}

test("each split goes to one reader, and none is given out twice, not even after a restore", () => {
  const first = splitsOf();
  first.splits.addReader(1);
  expect(first.log).toEqual(["1 gets b@0,d@0", "1 has all"]);
  const restored = splitsOf(first.splits.snapshotState());
  restored.splits.addReader(0);
  restored.splits.addReader(1);
  expect(restored.log).toEqual(["0 gets a@0,c@0,e@0", "0 has all", "1 has all"]);
});

test("splits that come back go to their reader with their positions, when it is there", () => {
  const { log, splits } = splitsOf();
  splits.addSplitsBack(0, ["a@7"]);
  splits.addSplitsBack(1, ["b@3"]);
  expect(log).toEqual(["0 gets a@7"]);
});
