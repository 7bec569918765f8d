import { expect, test } from "vitest";
import { countersKey, leaderKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { JOB, judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { oneEffectiveLeader } from "./fo-1-one-effective-leader.ts";

test("writes of the leader hold", () => {
  const { history, judgement } = begin();
  const leader = history.elect();
  history.set(countersKey(JOB), { leader, attempts: 1, checkpoints: 64 });
  complete(history, leader);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 2 });
});

test("a pointer that a deposed leader wrote is a violation", () => {
  const { history, judgement } = begin();
  const old = history.elect();
  history.elect();
  complete(history, old);
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "FO-1", where: "coordinator" }]);
});

test("who takes the leadership of another that has not ended is a violation", () => {
  const { history, judgement } = begin();
  const elect = (role: string) => history.set(leaderKey, { role, address: `${role}:rpc`, session: "s" });
  elect("jm0");
  elect("jm0");
  history.set(leaderKey, undefined);
  elect("jm1");
  expect(judgement.goOn(history).violations).toEqual([]);
  elect("jm0");
  expect(judgement.goOn(history).violations).toMatchObject([
    { claim: "FO-1", message: "jm0 took the leadership of jm1, whose session had not ended" },
  ]);
});

test("a write is judged by who led when it was applied, also when the leader is gone in the same entry of the log", () => {
  const { history, judgement } = begin();
  const leader = history.elect();
  history.together(() => {
    complete(history, leader);
    history.set(leaderKey, undefined);
  });
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 1 });
});

test("a worker that hears its leader may ask for ever", () => {
  const { history, judgement } = begin();
  start(history);
  for (let i = 0; i < 20; i++) {
    history.reply("worker.heartbeat", "jm0", "tm0", {});
    ask(history);
    history.later(SECOND);
  }
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 20 });
});

test.each([
  "worker.register",
  "worker.heartbeat",
  "task.deploy",
  "task.cancel",
  "checkpoint.trigger",
  "checkpoint.complete",
  "checkpoint.abort",
])("a worker that is handed %s hears its leader", method => {
  const { history, judgement } = begin();
  start(history);
  history.later(5 * SECOND);
  history.request(method, "jm0", "tm0", {});
  for (let i = 0; i < 3; i++) ask(history);
  expect(judgement.goOn(history)).toMatchObject({ violations: [], checked: 3 });
});

test.each(["broker.fetch", "broker.produce"])(
  "a worker that goes on with %s without a leader is a violation",
  method => {
    const { history, judgement } = begin();
    start(history);
    history.later(5 * SECOND);
    for (let i = 0; i < 3; i++) ask(history, method);
    expect(judgement.goOn(history).violations).toMatchObject([{ claim: "FO-1", where: "tm0" }]);
  },
);

test("requests that the network held and delivers in a burst accuse nobody", () => {
  const { history, judgement } = begin();
  start(history);
  history.later(5 * SECOND);
  for (let i = 0; i < 20; i++) request(history);
  expect(judgement.goOn(history).violations).toEqual([]);
});

test("a worker that was paused has its time again", () => {
  const { history, judgement } = begin();
  start(history);
  history.observe({ kind: "process", atUs: 1, role: "tm0", incarnation: 0, what: "paused" });
  history.later(9 * SECOND);
  history.observe({ kind: "process", atUs: 9 * SECOND, role: "tm0", incarnation: 0, what: "resumed" });
  for (let i = 0; i < 4; i++) ask(history);
  expect(judgement.goOn(history).violations).toEqual([]);
});

test("a worker that was paused once has no more time than any other", () => {
  const { history, judgement } = begin();
  start(history);
  history.observe({ kind: "process", atUs: 1, role: "tm0", incarnation: 0, what: "paused" });
  history.observe({ kind: "process", atUs: 2, role: "tm0", incarnation: 0, what: "resumed" });
  history.later(5 * SECOND);
  for (let i = 0; i < 3; i++) ask(history);
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "FO-1", where: "tm0" }]);
});

const SECOND = 1_000_000;

function begin() {
  const history = new MadeHistory(totals);
  const knobs = { heartbeatTimeoutMs: 2000, heartbeatIntervalMs: 500, rpcTimeoutMs: 1000 };
  return { history, judgement: judge(oneEffectiveLeader, history.setting({ knobs })) };
}

function complete(history: MadeHistory, leader: number): void {
  history.point(leader, history.storeMetadata(madeMetadata(1, [madeSnapshot("total", 0)])));
}

function start(history: MadeHistory): void {
  history.observe({ kind: "process", atUs: 0, role: "tm0", incarnation: 0, what: "started" });
}

function request(history: MadeHistory, method = "broker.fetch"): void {
  history.request(method, "tm0", "broker", { topic: "amounts", partition: 0 });
}

function ask(history: MadeHistory, method?: string): void {
  request(history, method);
  history.reply(method ?? "broker.fetch", "broker", "tm0", {});
}
