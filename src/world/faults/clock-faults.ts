import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { MachineClock } from "../../sim/clock.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";

/** Faults of a machine's clocks. They have an effect when a process reads a clock that is wrong, or sets a timer by it. */
export const clockFaults: readonly FaultDevice[] = [
  {
    kind: "clock.jump",
    sentence: "The machine's wall clock is set wrong at once, forward or back, and set right when the fault ends.",
    target: "machine",
    lasts: "for-a-while",
    params: { byMs: { type: "integer", min: -86_400_000, max: 86_400_000, otherwise: 60_000 } },
    owes: "recover",
    law: "a clock that jumps is wrong by so much, and no timer moves",
    inject: (levers, fault) =>
      wrong(levers, fault, "the clock was off", clock => {
        const byMs = numberOf(fault, "byMs", 60_000);
        clock.jump(byMs);
        return () => clock.jump(-byMs);
      }),
  },
  {
    kind: "clock.drift",
    sentence: "Both clocks of the machine run fast, or slow, by so many microseconds a second, and timers with them.",
    target: "machine",
    lasts: "for-a-while",
    params: { ppm: { type: "integer", min: -500_000, max: 500_000, otherwise: 50_000 } },
    owes: "recover",
    law: "a clock that drifts takes its timers along",
    inject: (levers, fault) =>
      wrong(levers, fault, "the clock drifted", clock => {
        // Overlapping drifts add up, so that each can end on its own.
        const ppm = Math.max(DRIFT_PPM_MIN - clock.driftPpm, numberOf(fault, "ppm", 50_000));
        clock.drift(clock.driftPpm + ppm);
        return () => clock.drift(clock.driftPpm - ppm);
      }),
  },
  {
    kind: "clock.freeze",
    sentence: "The machine's wall clock stands still, and is right again when the fault ends.",
    target: "machine",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a frozen clock says the same time until the thaw, and timers go on",
    inject: (levers, fault) => wrong(levers, fault, "the clock stood still", clock => clock.freeze()),
  },
];

/** A clock at half its speed: slower ones would come to a stop together. */
const DRIFT_PPM_MIN = -500_000;

function wrong(levers: Levers, fault: Fault, note: string, begin: (clock: MachineClock) => () => void): Injected {
  const { kernel } = levers.site;
  const { clock, name } = levers.site.machineOf(roleOf(levers.layout, fault.target)!);
  const end = begin(clock);
  let readings = 0;
  let firstAtUs = 0;
  let lastAtUs = 0;
  const unwatch = clock.watch(() => {
    if (readings++ === 0) firstAtUs = kernel.nowUs;
    lastAtUs = kernel.nowUs;
  });
  let over = false;
  const cure = () => {
    if (over) return;
    over = true;
    unwatch();
    end();
  };
  return {
    cure,
    effect: () =>
      readings === 0 ? undefined : { firstAtUs, lastAtUs, note: `${note} at ${readings} readings on ${name}` },
  };
}
