import type * as FakeTimers from "@sinonjs/fake-timers";
import fc from "fast-check";
import { Kernel } from "../kernel/kernel.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { medianMs } from "./rounds.ts";

/** The same interleaving of asynchronous tasks on our kernel and on what else JavaScript offers for it. */
export const peersBench: Bench = {
  async run({ rounds }) {
    const oursMs = await medianMs(rounds, onKernel);
    const perStep = (ms: number): number => (ms * 1e6) / (TASKS * STEPS);
    const peer = (name: string, ms: number): BenchResult => ({
      name: `peers-${name}`,
      value: perStep(ms),
      unit: "ns/step",
      ratio: oursMs / ms,
      against: name,
    });
    const results: BenchResult[] = [
      { name: "peers-kernel", value: perStep(oursMs), unit: "ns/step" },
      peer("fc.scheduler", await medianMs(rounds, onFastCheck)),
    ];
    const fakeTimers = await import("@sinonjs/fake-timers").catch(() => undefined);
    if (fakeTimers === undefined) {
      results.push({
        name: "peers-fake-timers",
        value: 0,
        unit: "ns/step",
        note: "@sinonjs/fake-timers is not installed",
      });
    } else {
      results.push(peer("fake-timers", await medianMs(rounds, () => onFakeTimers(fakeTimers))));
    }
    return results;
  },
};

const TASKS = 100;
const STEPS = 100;

async function task(number: number, pause: (delayMs: number) => Promise<unknown>): Promise<void> {
  for (let step = 0; step < STEPS; step++) await pause(1 + ((step * 7 + number * 13) % 32));
}

async function onKernel(): Promise<void> {
  const kernel = new Kernel({ seed: "peers" });
  for (let i = 0; i < TASKS; i++) {
    const process = kernel.incarnation(`task${i}`, 0);
    const pause = (delayMs: number): Promise<void> =>
      new Promise(resolve => kernel.at(kernel.nowUs + delayMs * 1000, process.owner, () => process.turn(resolve)));
    kernel.at(0, process.owner, () => process.turn(() => void task(i, pause)));
  }
  await kernel.run();
}

async function onFastCheck(): Promise<void> {
  const [scheduler] = fc.sample(fc.scheduler(), { numRuns: 1, seed: 7 });
  const tasks = Array.from({ length: TASKS }, (_, i) => task(i, () => scheduler!.schedule(Promise.resolve())));
  await scheduler!.waitFor(Promise.all(tasks));
}

async function onFakeTimers({ createClock }: typeof FakeTimers): Promise<void> {
  const clock = createClock(0, TASKS * STEPS + 1);
  const tasks = Array.from({ length: TASKS }, (_, i) =>
    task(i, ms => new Promise(resolve => clock.setTimeout(resolve, ms))),
  );
  await clock.runAllAsync();
  await Promise.all(tasks);
}
