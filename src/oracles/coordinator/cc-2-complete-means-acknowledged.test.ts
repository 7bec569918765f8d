import { expect, test } from "vitest";
import type { SubtaskSnapshot } from "../../runtime/task/task-contract.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { completeMeansAcknowledged } from "./cc-2-complete-means-acknowledged.ts";

const everyone = ["amounts", "total"].flatMap(vertex => [0, 1].map(subtask => madeSnapshot(vertex, subtask)));

test("a checkpoint that all acknowledged and whose metadata is durable holds", () => {
  expect(played({})).toEqual([]);
});

test("a subtask that has not acknowledged is a violation", () => {
  expect(played({ silent: "total[1]" })).toMatchObject([{ claim: "CC-2", where: "total" }]);
});

test("an acknowledgement of another attempt does not count", () => {
  expect(played({ attempt: 2 })).toMatchObject([
    { claim: "CC-2", where: "amounts", actual: "it acknowledged: attempt 2 with no file" },
  ]);
});

test("an acknowledgement of other state does not count", () => {
  const other = everyone.map(snapshot =>
    snapshot.vertex === "total" ? { ...snapshot, files: [{ path: "other", length: 1, crc32c: 1 }] } : snapshot,
  );
  expect(played({ acknowledged: other })).toMatchObject([{ claim: "CC-2", where: "total" }]);
});

test("a subtask that the metadata forgot is a violation", () => {
  expect(played({ recorded: everyone.slice(1) })).toMatchObject([{ claim: "CC-2", where: "amounts" }]);
});

test("a finished subtask stands as the checkpoint before has it", () => {
  const ended = everyone.map(snapshot => ({ ...snapshot, finished: snapshot.vertex === "amounts" }));
  expect(playedTwice(ended, ended)).toEqual([]);
});

test("a finished subtask that had acknowledged nothing at the end of its input is a violation", () => {
  const ended = everyone.map(snapshot => ({ ...snapshot, finished: snapshot.vertex === "amounts" }));
  expect(playedTwice(everyone, ended)).toMatchObject([{ claim: "CC-2", where: "amounts" }]);
});

test("a finished subtask whose state went missing is a violation", () => {
  const file = { path: "amounts", length: 1, crc32c: 1 };
  const ended = everyone.map(snapshot => ({ ...snapshot, finished: snapshot.vertex === "amounts" }));
  const held = ended.map(snapshot => ({ ...snapshot, files: [file] }));
  expect(playedTwice(held, ended)).toMatchObject([{ claim: "CC-2", where: "amounts" }]);
});

test("a finished subtask of the attempt before must acknowledge anew", () => {
  const ended = everyone.map(snapshot => ({ ...snapshot, finished: snapshot.vertex === "amounts" }));
  expect(playedTwice(ended, ended, 2)).toMatchObject([{ claim: "CC-2", where: "amounts" }]);
});

test.each([6, 8])("a pointer to checkpoint 7 with the metadata of %i is a violation", other => {
  const history = new MadeHistory(totals);
  const judgement = judge(completeMeansAcknowledged, history.setting());
  for (const snapshot of everyone) history.acknowledge(1, 7, 1, snapshot);
  history.point(1, { ...history.storeMetadata(madeMetadata(other, everyone)), checkpoint: 7 });
  expect(judgement.goOn(history).violations).toMatchObject([
    { where: "metadata", message: `the pointer's checkpoint 7 has the metadata of checkpoint ${other}` },
  ]);
});

test("a pointer to metadata that is durable nowhere is a violation", () => {
  expect(played({ nodes: [] })).toMatchObject([{ claim: "CC-2", where: "metadata" }]);
});

test("a worker that is told before the pointer is written is told a falsehood", () => {
  const history = new MadeHistory(totals);
  const judgement = judge(completeMeansAcknowledged, history.setting());
  notify(history);
  complete(history, {});
  notify(history);
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "CC-2", where: "notify" }]);
});

interface Story {
  readonly silent?: string;
  /** In which it is acknowledged. */
  readonly attempt?: number;
  /** As the metadata has it. */
  readonly recordedAttempt?: number;
  readonly recorded?: readonly SubtaskSnapshot[];
  readonly acknowledged?: readonly SubtaskSnapshot[];
  readonly nodes?: readonly string[];
}

function played(story: Story) {
  const history = new MadeHistory(totals);
  const judgement = judge(completeMeansAcknowledged, history.setting());
  complete(history, story);
  return judgement.goOn(history).violations;
}

/** All acknowledge the first checkpoint, and only who has not finished the second, which is of this attempt. */
function playedTwice(first: readonly SubtaskSnapshot[], second: readonly SubtaskSnapshot[], attempt = 1) {
  const history = new MadeHistory(totals);
  const judgement = judge(completeMeansAcknowledged, history.setting());
  complete(history, { recorded: first, acknowledged: first });
  judgement.goOn(history);
  const acknowledged = second.filter(({ finished }) => !finished);
  complete(history, { recorded: second, acknowledged, attempt, recordedAttempt: attempt }, 8);
  return judgement.goOn(history).violations;
}

function complete(
  history: MadeHistory,
  { silent, attempt = 1, recordedAttempt = 1, recorded = everyone, acknowledged = everyone, nodes }: Story,
  checkpoint = 7,
): void {
  for (const snapshot of acknowledged) {
    if (`${snapshot.vertex}[${snapshot.subtask}]` !== silent) history.acknowledge(1, checkpoint, attempt, snapshot);
  }
  history.point(1, history.storeMetadata(madeMetadata(checkpoint, recorded, { attempt: recordedAttempt }), nodes));
}

function notify(history: MadeHistory): void {
  history.request("checkpoint.complete", "jm0", "tm0", { token: 1, worker: "w", attempt: 1, checkpoint: 7 });
}
