import { expect, test } from "vitest";
import { job } from "../../runtime/api/job.ts";
import type { Setting } from "../oracle.ts";
import { deploy } from "../testing/made-deployment.ts";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { neverEarly } from "./fo-4-never-early.ts";

test("an attempt that begins behind the delay holds", () => {
  expect(restarted({ afterUs: 100_000 })).toMatchObject({ violations: [], checked: 1 });
});

test("an attempt that begins within the delay is a violation", () => {
  expect(restarted({ afterUs: 90_000 }).violations).toMatchObject([
    { claim: "FO-4", where: "job", expected: "at least 99000 µs" },
  ]);
});

test("a delay of the job's own is kept, whatever the cluster's is", () => {
  expect(restarted({ afterUs: 290_000, ownDelayMs: 300 }).violations).toMatchObject([
    { claim: "FO-4", expected: "at least 299000 µs" },
  ]);
  expect(restarted({ afterUs: 300_000, ownDelayMs: 300 })).toMatchObject({ violations: [], checked: 1 });
  expect(restarted({ afterUs: 50_000, ownDelayMs: 50 })).toMatchObject({ violations: [], checked: 1 });
});

test("an answer of the recovery says nothing of when the attempt had failed", () => {
  expect(restarted({ afterUs: 90_000, attemptMin: 2 })).toMatchObject({ violations: [], checked: 0 });
});

test("an answer before any attempt says nothing either", () => {
  expect(restarted({ afterUs: 90_000, first: 0, attemptMin: 0 }).violations).toEqual([]);
});

test("another leader keeps no delay, nor one whose clock drifts", () => {
  expect(restarted({ afterUs: 90_000, token: 2 }).checked).toBe(0);
  expect(restarted({ afterUs: 90_000, setting: { unsteadyTimers: true } }).violations).toEqual([]);
});

interface Story {
  readonly afterUs: number;
  /** 0: none was deployed. */
  readonly first?: number;
  readonly attemptMin?: number;
  readonly token?: number;
  /** The job has a restart strategy with this delay; the cluster's delay is 100 ms. */
  readonly ownDelayMs?: number;
  readonly setting?: Partial<Setting>;
}

/** The first attempt, one heartbeat, and the second attempt. */
function restarted({ afterUs, first = 1, attemptMin = 1, token = 1, ownDelayMs, setting = {} }: Story) {
  const history = new MadeHistory(ownDelayMs === undefined ? totals : totalsWithDelay(ownDelayMs));
  const judgement = judge(neverEarly, history.setting({ knobs: { restartDelayMs: 100 }, ...setting }));
  if (first > 0) deploy(history, "tm0", [`total[0]#${first}`]);
  const body = { token: 1, worker: "tm0-1", canceledUpTo: 0, tasks: [] };
  const call = history.request("worker.heartbeat", "tm0", "jm0", body);
  history.reply("worker.heartbeat", "jm0", "tm0", { attemptMin, completed: 0 }, call);
  history.later(afterUs);
  deploy(history, "tm0", ["total[0]#2"], token);
  return judgement.goOn(history);
}

function totalsWithDelay(delayMs: number) {
  return job("totals", env => {
    env.setRestartStrategy({ kind: "fixed-delay", restartsMax: 3, delayMs });
    totals.factory(env, {});
  });
}
