import { expect, test } from "vitest";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { restorable } from "./cc-8-restorable.ts";

const state = Uint8Array.of(1, 2, 3);

test("a checkpoint whose files are durable on one node of several holds", () => {
  const { history, judgement } = completed(["dfs2"]);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 2 });
});

test("a state file that is durable nowhere is a violation at once", () => {
  const { history, judgement } = completed([]);
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "CC-8", actual: "durable on none" }]);
});

test("a state file with other bytes than recorded is a violation", () => {
  const { history, judgement } = completed(["dfs0"], Uint8Array.of(1, 2, 4));
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "CC-8", actual: "damaged on dfs0" }]);
});

test("removing one of two replicas is allowed, removing the last is not", () => {
  const { history, judgement } = completed(["dfs0", "dfs1"]);
  judgement.goOn(history);
  history.unlink("dfs0", "1/total-1");
  expect(judgement.goOn(history).violations).toEqual([]);
  history.unlink("dfs1", "1/total-1");
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "CC-8" }]);
});

test("files of a checkpoint that is not addressable any more may go", () => {
  const { history, judgement } = completed(["dfs0"]);
  history.point(1, history.storeMetadata(madeMetadata(2, [madeSnapshot("total", 1)])));
  judgement.goOn(history);
  history.unlink("dfs0", "1/total-1");
  expect(judgement.goOn(history).violations).toEqual([]);
});

test("a file that a power loss has taken is a violation", () => {
  const { history, judgement } = completed(["dfs0"]);
  judgement.goOn(history);
  history.disk("dfs0").clear();
  history.observe({ kind: "machine", atUs: 99, machine: "dfs0", what: "power-loss" });
  expect(judgement.goOn(history).violations).toHaveLength(1);
});

function completed(nodes: readonly string[], stored = state) {
  const history = new MadeHistory(totals);
  const judgement = judge(restorable, history.setting());
  const file = { ...history.store("1/total-1", state, []), path: "1/total-1" };
  history.store("1/total-1", stored, nodes);
  history.point(1, history.storeMetadata(madeMetadata(1, [madeSnapshot("total", 1, { files: [file] })])));
  return { history, judgement };
}
