import { Kernel } from "../kernel/kernel.ts";
import { bareLoop } from "./bare-loop.ts";
import type { Bench } from "./measurement.ts";
import { medianMs, sideBySide } from "./rounds.ts";

/** What the kernel costs beyond the heap that any discrete-event simulation needs. */
export const kernelBench: Bench = {
  async run({ rounds }) {
    const events = 1_000_000;
    const device = await sideBySide(
      rounds,
      () => deviceTimers(1000, events),
      () => void bareLoop(1000, events),
    );
    const turnsMs = await medianMs(rounds, () => processTimers(1000, events));
    const ns = (ms: number): number => (ms * 1e6) / events;
    return [
      { name: "kernel", value: ns(device.oursMs), unit: "ns/event", ratio: device.ratio, against: "bare loop" },
      { name: "kernel-bare-loop", value: ns(device.theirsMs), unit: "ns/event" },
      {
        name: "kernel-turns",
        value: ns(turnsMs),
        unit: "ns/event",
        ratio: turnsMs / device.theirsMs,
        against: "bare loop",
      },
    ];
  },
};

/** Events of devices: the agenda and the kernel's loop. */
async function deviceTimers(timers: number, events: number): Promise<void> {
  const kernel = new Kernel({ seed: "bench", eventsMax: events });
  for (let i = 0; i < timers; i++) {
    const owner = kernel.owner(`timer${i}`);
    const tick = (): void => void kernel.at(kernel.nowUs + 1 + ((kernel.nowUs * 7 + i * 13) & 1023), owner, tick);
    kernel.at(i, owner, tick);
  }
  await kernel.run();
}

/** The same events as turns of 100 processes, each with its drain. */
async function processTimers(timers: number, events: number): Promise<void> {
  const kernel = new Kernel({ seed: "bench", eventsMax: events });
  const processes = Array.from({ length: 100 }, (_, i) => kernel.incarnation(`tm${i}`, 0));
  for (let i = 0; i < timers; i++) {
    const process = processes[i % processes.length]!;
    const turn = (): void => {
      process.enter(1);
      kernel.at(kernel.nowUs + 1 + ((kernel.nowUs * 7 + i * 13) & 1023), process.owner, tick);
    };
    const tick = (): void => process.turn(turn);
    kernel.at(i, process.owner, tick);
  }
  await kernel.run();
}
