import { expect, test } from "vitest";
import { countersKey, countersRecord, leaderKey } from "./coordination-keys.ts";
import { Counters } from "./counters.ts";
import { GuardedRegister, type LeaderTerm } from "./guarded-register.ts";
import { ManualHost, settle } from "./test/manual-host.ts";
import { MemoryCoordination } from "./test/memory-coordination.ts";

const key = countersKey("j");

/** A term that has just won the leader key. */
function newTerm(host: ManualHost, coordination: MemoryCoordination): LeaderTerm & { readonly reasons: string[] } {
  const reasons: string[] = [];
  const deposed = (why: string): Promise<never> => {
    reasons.push(why);
    return new Promise(() => {});
  };
  return { host, coordination, token: coordination.put(leaderKey, {}), over: false, deposed, reasons };
}

test("a write whose answer is lost is in force once", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const term = newTerm(host, coordination);
  const register = new GuardedRegister(term, key, countersRecord);
  coordination.answersToLose = 1;
  let done = false;
  void register.write({ leader: term.token, attempts: 1, checkpoints: 0 }).then(() => (done = true));
  await host.advance(100);
  expect(done).toBe(true);
  expect(coordination.applied).toHaveLength(1);
  expect(term.reasons).toEqual([]);
});

test("a deposed leader writes nothing and is told", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const old = newTerm(host, coordination);
  newTerm(host, coordination);
  const register = new GuardedRegister(old, key, countersRecord);
  let done = false;
  void register.write({ leader: old.token, attempts: 1, checkpoints: 0 }).then(() => (done = true));
  await settle();
  expect(done).toBe(false);
  expect(coordination.value(key)).toBeUndefined();
  expect(old.reasons).toHaveLength(1);
});

test("a leader that was deposed while its answer was lost concludes nothing", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const old = newTerm(host, coordination);
  const register = new GuardedRegister(old, key, countersRecord);
  coordination.answersToLose = 1;
  let done = false;
  void register.write({ leader: old.token, attempts: 1, checkpoints: 0 }).then(() => (done = true));
  await settle();
  newTerm(host, coordination);
  await host.advance(100);
  expect(done).toBe(false);
  expect(old.reasons).toHaveLength(1);
});

test("attempts and checkpoint ids grow over every change of leader", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const ids: number[] = [];
  const attempts: number[] = [];
  for (let term = 0; term < 3; term++) {
    const counters = new Counters(newTerm(host, coordination), "j");
    await counters.recover();
    attempts.push(await counters.nextAttempt());
    for (let i = 0; i < 100; i++) ids.push(await counters.nextCheckpoint());
    attempts.push(await counters.nextAttempt());
  }
  expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
  expect(ids.every((id, i) => i === 0 || id > ids[i - 1]!)).toBe(true);
});

test("a checkpoint id is handed out only when its reservation is durable", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const counters = new Counters(newTerm(host, coordination), "j");
  await counters.recover();
  for (let i = 0; i < 200; i++) {
    const id = await counters.nextCheckpoint();
    expect((coordination.value(key) as { checkpoints: number }).checkpoints).toBeGreaterThanOrEqual(id);
  }
});

test("writes that are asked for at once are applied one after the other", async () => {
  const host = new ManualHost();
  const coordination = new MemoryCoordination();
  const term = newTerm(host, coordination);
  const register = new GuardedRegister(term, key, countersRecord);
  // The first is asked again: the second must not go by the revision that the first is about to change.
  coordination.answersToLose = 1;
  for (const attempts of [1, 2]) void register.write({ leader: term.token, attempts, checkpoints: 64 });
  await host.advance(1_000);
  expect(term.reasons).toEqual([]);
  expect(coordination.value(key)).toMatchObject({ attempts: 2 });
});
