import { expect, test } from "vitest";
import { JOB, judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { newestIsRestored } from "./cc-10-newest-is-restored.ts";

test("a deployment from the newest checkpoint holds, and one from none before the first", () => {
  const { history, judgement } = begin();
  deploy(history, 1, 0);
  complete(history, 3, 1);
  deploy(history, 2, 3);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 2 });
});

test("a deployment from an older checkpoint is a violation, and so is one from scratch", () => {
  const { history, judgement } = begin();
  complete(history, 3, 1);
  complete(history, 4, 1);
  deploy(history, 2, 3);
  deploy(history, 2, 0);
  expect(judgement.goOn(history).violations).toMatchObject([
    { expected: "checkpoint 4", actual: "checkpoint 3" },
    { actual: "checkpoint 0" },
  ]);
});

test("a deployment that arrives late is judged by what was complete before its attempt", () => {
  const { history, judgement } = begin();
  complete(history, 3, 1);
  complete(history, 5, 2);
  deploy(history, 2, 3);
  expect(judgement.goOn(history).violations).toEqual([]);
});

function begin() {
  const history = new MadeHistory(totals);
  return { history, judgement: judge(newestIsRestored, history.setting()) };
}

function complete(history: MadeHistory, checkpoint: number, attempt: number): void {
  history.point(1, history.storeMetadata(madeMetadata(checkpoint, [madeSnapshot("total", 0)], { attempt })));
}

function deploy(history: MadeHistory, attempt: number, restoredCheckpoint: number): void {
  const task = {
    job: { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" },
    execution: `total[0]#${attempt}`,
    vertex: "total",
    subtask: 0,
    attempt,
    parallelism: 2,
    maxParallelism: 128,
    restoredCheckpoint,
    inputs: [],
    outputs: [],
    restore: [],
  };
  history.request("task.deploy", "jm0", "tm0", { token: 1, worker: "w", attempt, tasks: [task] });
}
