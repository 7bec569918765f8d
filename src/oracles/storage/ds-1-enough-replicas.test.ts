import { expect, test } from "vitest";
import type { Setting } from "../oracle.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { enoughReplicas } from "./ds-1-enough-replicas.ts";

test("files that lie on as many nodes as there are to be replicas hold", () => {
  expect(completed(["dfs0", "dfs2"])).toMatchObject({ violations: [], checked: 2 });
});

test("a file that lies on one node of the two that are wanted is a violation", () => {
  expect(completed(["dfs1"]).violations).toMatchObject([{ claim: "DS-1", actual: "durable on dfs1" }]);
});

test("a node whose disk the plan damages may lack it", () => {
  expect(completed(["dfs1"], { dishonestDisks: new Set(["dfs0"]) }).violations).toEqual([]);
});

function completed(nodes: readonly string[], setting: Partial<Setting> = {}) {
  const history = new MadeHistory(totals);
  const judgement = judge(enoughReplicas, history.setting(setting));
  const file = history.store("chk-1/total[0]#1.state", Uint8Array.of(1, 2), nodes);
  history.point(1, history.storeMetadata(madeMetadata(1, [madeSnapshot("total", 0, { files: [file] })])));
  return judgement.goOn(history);
}
