import { expect, test } from "vitest";
import { jobKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { JOB, judge, madeMetadata, MadeHistory, madeSnapshot, STORAGE } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { lateStateIsDiscarded } from "./cc-4-late-state-is-discarded.ts";

test("state of a checkpoint that came to nothing, and was asked away, holds", () => {
  expect(told({ removed: true })).toMatchObject({ violations: [], checked: 1 });
});

test("state of a checkpoint that came to nothing, and that nobody asked away, is a violation", () => {
  expect(told({}).violations).toMatchObject([
    { claim: "CC-4", message: expect.stringContaining("/chk-1/total[0]#1.state") },
  ]);
});

test("what is asked away by the sweep at the end alone is a violation", () => {
  expect(told({ swept: true }).violations).toHaveLength(1);
});

test("state that a completed checkpoint names is not owed before a newer one subsumes it", () => {
  expect(told({ onlyFirst: true, firstCompletes: true })).toMatchObject({ violations: [], checked: 0 });
});

test("a leader that ended meanwhile, or that had no time, owes nothing", () => {
  expect(told({ leaderDied: true }).checked).toBe(0);
  expect(told({ graceUs: 1_000 }).checked).toBe(0);
});

test("what a newer checkpoint subsumes, and metadata that came to nothing, are owed as well", () => {
  const subsumed = told({ firstCompletes: true, removed: true });
  expect(subsumed.violations).toMatchObject([{ message: expect.stringContaining("metadata-1") }]);
  expect(told({ firstCompletes: true, removed: true, subsumedMetadataRemoved: true }).violations).toEqual([]);
  expect(told({ removed: true, metadataPut: true }).violations).toMatchObject([
    { message: expect.stringContaining("/chk-1/metadata-1") },
  ]);
  expect(told({ removed: true, metadataPut: true, metadataRemoved: true }).violations).toEqual([]);
});

test("what a finished subtask left is not owed while a newer checkpoint names it", () => {
  const story = { firstCompletes: true, subsumedMetadataRemoved: true };
  expect(told({ ...story, firstHasFinished: true }).violations).toEqual([]);
  expect(told(story).violations).toMatchObject([{ message: expect.stringContaining("/chk-1/total[0]#1.state") }]);
});

interface Story {
  /** The second checkpoint has its state from the first. */
  readonly firstHasFinished?: boolean;
  readonly removed?: boolean;
  readonly swept?: boolean;
  readonly firstCompletes?: boolean;
  readonly onlyFirst?: boolean;
  readonly metadataPut?: boolean;
  readonly metadataRemoved?: boolean;
  readonly subsumedMetadataRemoved?: boolean;
  readonly leaderDied?: boolean;
  readonly graceUs?: number;
}

/** Two checkpoints are acknowledged, the second one completes. */
function told({ graceUs = 2_000_000, ...story }: Story) {
  const { firstCompletes, leaderDied } = story;
  const history = new MadeHistory(totals);
  const judgement = judge(lateStateIsDiscarded, history.setting({ knobs: { rpcTimeoutMs: 1_000 } }));
  const folder = STORAGE.slice("dfs://".length);
  const remove = (path: string): void => {
    history.request("store.remove", "jm0", "dfs0", { paths: [`${folder}/${path}`] });
  };
  const metadata = "chk-1/metadata-1";
  if (story.metadataPut === true)
    history.request("store.put", "jm0", "dfs0", { path: `${folder}/${metadata}`, bytes: new Uint8Array(1) });
  for (const checkpoint of story.onlyFirst === true ? [1] : [1, 2]) {
    const folderOf = story.firstHasFinished === true ? 1 : checkpoint;
    const file = { path: `chk-${folderOf}/total[0]#1.state`, length: 1, crc32c: 1 };
    const snapshot = madeSnapshot("total", 0, { files: [file] });
    history.acknowledge(1, checkpoint, 1, snapshot);
    if (checkpoint === 2 || firstCompletes === true)
      history.point(1, history.storeMetadata(madeMetadata(checkpoint, [snapshot])));
    judgement.goOn(history);
  }
  if (story.removed === true) remove("chk-1/total[0]#1.state");
  if (story.metadataRemoved === true) remove(metadata);
  if (story.subsumedMetadataRemoved === true) remove("1/metadata-1");
  if (leaderDied === true) history.observe({ kind: "process", atUs: 9, role: "jm0", incarnation: 0, what: "killed" });
  history.later(graceUs);
  const reference = { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" };
  history.set(jobKey(JOB), { reference, state: "finished", leader: 1 });
  if (story.swept === true) remove("chk-1/total[0]#1.state");
  return judgement.goOn(history).end();
}
