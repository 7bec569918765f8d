import type * as FakeTimers from "@sinonjs/fake-timers";
import fc from "fast-check";
import { Kernel } from "../kernel/kernel.ts";
import type { Bench, BenchResult } from "./measurement.ts";
import { sideBySide, type Timed } from "./rounds.ts";

/**
 * The same interleaving of tasks on our kernel and on what else JavaScript offers for it, like for like: callbacks on our
 * agenda against callbacks on a fake clock; tasks that await every step, as processes with turns and drains of their own,
 * against the same tasks on a fake clock and under fast-check's scheduler.
 */
export const peersBench: Bench = {
  async run({ rounds }) {
    const compare = async (name: string, against: string, ours: Timed, theirs: Timed): Promise<BenchResult> => {
      const { oursMs, ratio } = await sideBySide(rounds, repeated(ours), repeated(theirs));
      const value = Math.round((TASKS * STEPS * PLAYS * 1000) / oursMs);
      return { name: `peers-${name}`, value, unit: "steps/s", ratio: 1 / ratio, against };
    };
    const results = [await compare("await-scheduler", "fc.scheduler", awaitOnKernel, awaitOnScheduler)];
    const fakeTimers = await import("@sinonjs/fake-timers").catch(() => undefined);
    if (fakeTimers === undefined) {
      return [
        ...results,
        { name: "peers-fake-timers", value: 0, unit: "steps/s", note: "@sinonjs/fake-timers is not installed" },
      ];
    }
    return [
      ...results,
      await compare("await-clock", "fake-timers", awaitOnKernel, () => awaitOnClock(fakeTimers)),
      await compare("callbacks", "fake-timers", callbacksOnAgenda, () => callbacksOnClock(fakeTimers)),
    ];
  },
};

const TASKS = 100;
const STEPS = 100;
/** Plays in one measurement, so that all are compiled and none is measured in its first milliseconds. */
const PLAYS = 10;

function repeated(play: Timed): Timed {
  return async () => {
    for (let i = 0; i < PLAYS; i++) await play();
  };
}

function delayMs(task: number, step: number): number {
  return 1 + ((step * 7 + task * 13) % 32);
}

async function awaitingTask(task: number, pause: (delayMs: number) => Promise<unknown>): Promise<void> {
  for (let step = 0; step < STEPS; step++) await pause(delayMs(task, step));
}

/** A task that calls back: `again` asks for the next step. */
function callbackTask(task: number, again: (run: () => void, delayMs: number) => void): void {
  let step = 0;
  const run = (): void => {
    if (step < STEPS) again(run, delayMs(task, step++));
  };
  run();
}

async function awaitOnKernel(): Promise<void> {
  const kernel = new Kernel({ seed: "peers" });
  for (let i = 0; i < TASKS; i++) {
    const process = kernel.incarnation(`task${i}`, 0);
    const pause = (delayMs: number): Promise<void> =>
      new Promise(resolve => kernel.at(kernel.nowUs + delayMs * 1000, process.owner, () => process.turn(resolve)));
    kernel.at(0, process.owner, () => process.turn(() => void awaitingTask(i, pause)));
  }
  await kernel.run();
}

async function callbacksOnAgenda(): Promise<void> {
  const kernel = new Kernel({ seed: "peers" });
  for (let i = 0; i < TASKS; i++) {
    const owner = kernel.owner(`task${i}`);
    callbackTask(i, (run, delayMs) => void kernel.at(kernel.nowUs + delayMs * 1000, owner, run));
  }
  await kernel.run();
}

async function awaitOnScheduler(): Promise<void> {
  const [scheduler] = fc.sample(fc.scheduler(), { numRuns: 1, seed: 7 });
  const tasks = Array.from({ length: TASKS }, (_, i) => awaitingTask(i, () => scheduler!.schedule(Promise.resolve())));
  await scheduler!.waitFor(Promise.all(tasks));
}

async function awaitOnClock({ createClock }: typeof FakeTimers): Promise<void> {
  const clock = createClock(0, TASKS * STEPS + 1);
  const pause = (delayMs: number): Promise<void> => new Promise(resolve => clock.setTimeout(() => resolve(), delayMs));
  const tasks = Array.from({ length: TASKS }, (_, i) => awaitingTask(i, pause));
  await clock.runAllAsync();
  await Promise.all(tasks);
}

function callbacksOnClock({ createClock }: typeof FakeTimers): void {
  const clock = createClock(0, TASKS * STEPS + 1);
  for (let i = 0; i < TASKS; i++) callbackTask(i, (run, delayMs) => void clock.setTimeout(run, delayMs));
  clock.runAll();
}
