import { expect, test } from "vitest";
import { countersKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { deploy } from "../testing/made-deployment.ts";
import { JOB, judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { oldAttemptLetsGo } from "./fo-1-old-attempt-lets-go.ts";

const fenced = { token: 1, worker: "tm0-1" };

test("a new attempt beside an old one that has not let go is a violation", () => {
  expect(told(() => {}).violations).toMatchObject([
    { claim: "FO-1", message: "attempt 2 was deployed on tm0, which had not said that it has let go of total[0]#1" },
  ]);
});

test("a worker may say by its state, by its answer or by a heartbeat that it has let go", () => {
  expect(told(state("canceled")).violations).toEqual([]);
  expect(told(canceled([])).violations).toEqual([]);
  expect(told(beat({ canceledUpTo: 1, tasks: [] })).violations).toEqual([]);
  expect(told(beat({ canceledUpTo: 0, tasks: [{ execution: "total[0]#1", state: "failed" }] })).violations).toEqual([]);
});

test("a subtask that runs, remains or is listed has not let go", () => {
  expect(told(state("running")).violations).toHaveLength(1);
  expect(told(canceled(["total[0]#1"])).violations).toHaveLength(1);
  expect(
    told(beat({ canceledUpTo: 1, tasks: [{ execution: "total[0]#1", state: "running" }] })).violations,
  ).toHaveLength(1);
  expect(told(beat({ canceledUpTo: 0, tasks: [] })).violations).toHaveLength(1);
});

test("a worker that has registered anew holds nothing", () => {
  expect(told(() => {}, 2).violations).toEqual([]);
});

test("a deployment behind the word that its attempt is cancelled holds nothing, unless the worker begins it all the same", () => {
  for (const word of [canceled([]), beat({ canceledUpTo: 1, tasks: [] })]) {
    expect(overtaken(word, () => {}).violations).toEqual([]);
    expect(overtaken(word, state("canceled")).violations).toEqual([]);
    expect(overtaken(word, state("running")).violations).toHaveLength(1);
    const listed = beat({ canceledUpTo: 1, tasks: [{ execution: "total[0]#1", state: "running" }] });
    expect(overtaken(word, listed).violations).toHaveLength(1);
  }
  expect(overtaken(beat({ canceledUpTo: 0, tasks: [] }), () => {}).violations).toHaveLength(1);
});

test("an attempt that nobody has counted is a violation", () => {
  const history = new MadeHistory(totals);
  history.set(countersKey(JOB), { leader: 1, attempts: 1, checkpoints: 64 });
  deploy(history, "tm0", ["total[0]#1"]);
  const judgement = judge(oldAttemptLetsGo, history.setting()).goOn(history);
  expect(judgement.violations).toEqual([]);
  deploy(history, "tm1", ["total[1]#2"]);
  expect(judgement.goOn(history).violations).toMatchObject([{ message: expect.stringContaining("had counted it") }]);
});

function state(of: string) {
  return (history: MadeHistory): void => {
    history.request("task.state", "tm0", "jm0", { ...fenced, execution: "total[0]#1", state: of });
  };
}

function canceled(remaining: readonly string[]) {
  return (history: MadeHistory): void => {
    const call = history.request("task.cancel", "jm0", "tm0", { ...fenced, attempt: 1 });
    history.reply("task.cancel", "tm0", "jm0", { remaining }, call);
  };
}

function beat(body: object) {
  return (history: MadeHistory): void => {
    history.request("worker.heartbeat", "tm0", "jm0", { ...fenced, ...body });
  };
}

/** A deployment that is handed over behind `word`, which answers a later message. */
function overtaken(word: (history: MadeHistory) => void, then: (history: MadeHistory) => void) {
  const history = new MadeHistory(totals);
  history.set(countersKey(JOB), { leader: 1, attempts: 2, checkpoints: 64 });
  word(history);
  deploy(history, "tm0", ["total[0]#1"]);
  then(history);
  deploy(history, "tm0", ["total[0]#2"]);
  return judge(oldAttemptLetsGo, history.setting()).goOn(history);
}

function told(between: (history: MadeHistory) => void, secondTerm = 1) {
  const history = new MadeHistory(totals);
  history.set(countersKey(JOB), { leader: 1, attempts: 2, checkpoints: 64 });
  deploy(history, "tm0", ["total[0]#1"]);
  between(history);
  deploy(history, "tm0", ["total[0]#2"], secondTerm);
  return judge(oldAttemptLetsGo, history.setting()).goOn(history);
}
