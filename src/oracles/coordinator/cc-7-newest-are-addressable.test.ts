import { expect, test } from "vitest";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { newestAreAddressable } from "./cc-7-newest-are-addressable.ts";

test("each new checkpoint may push out the oldest", () => {
  expect(pointed([1], [2], [2, 3], [3, 4])).toEqual([]);
});

test("pushing out a newer one is a violation", () => {
  expect(pointed([1], [1, 2], [1, 3])).toMatchObject([{ claim: "CC-7" }]);
});

test("a new checkpoint behind which an older one stands is a violation", () => {
  expect(pointed([2], [3, 2])).toHaveLength(1);
});

function pointed(...pointers: readonly (readonly number[])[]) {
  const history = new MadeHistory(totals);
  const judgement = judge(newestAreAddressable, history.setting());
  for (const pointer of pointers)
    history.point(1, ...pointer.map(id => history.storeMetadata(madeMetadata(id, [madeSnapshot("total", 0)]))));
  return judgement.goOn(history).violations;
}
