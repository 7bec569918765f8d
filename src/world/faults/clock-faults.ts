import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import type { ClockReading, MachineClock } from "../../sim/clock.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";

/**
 * Faults of a machine's clocks. They have an effect when a process reads something that is wrong, or sets a timer that is
 * wrong: by a clock that jumps, or stands still, no timer is, and the monotonic clock is right.
 */
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
        return { end: () => clock.jump(-byMs), misleads: ({ kind }) => kind === "wall" && byMs !== 0 };
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
        const ppm = numberOf(fault, "ppm", 50_000);
        const { kernel } = levers.site;
        const fromUs = kernel.nowUs;
        const misleads = (reading: ClockReading): boolean => {
          if (reading.kind === "timer") return reading.trueUs !== reading.askedUs;
          const gainedUs = Math.floor(((kernel.nowUs - fromUs) * ppm) / 1_000_000);
          return milliseconds(reading.saidUs) !== milliseconds(reading.saidUs - gainedUs);
        };
        return { end: clock.drift(ppm), misleads };
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
    inject: (levers, fault) =>
      wrong(levers, fault, "the clock stood still", clock => ({
        end: clock.freeze(),
        misleads: reading =>
          reading.kind === "wall" && milliseconds(reading.saidUs) !== milliseconds(reading.runningUs),
      })),
  },
];

interface WrongClock {
  readonly end: () => void;
  /** Whether a process that is told this is told something else than without the fault; it is told whole milliseconds. */
  readonly misleads: (reading: ClockReading) => boolean;
}

function wrong(levers: Levers, fault: Fault, note: string, begin: (clock: MachineClock) => WrongClock): Injected {
  const { kernel } = levers.site;
  const { clock, name } = levers.site.machineOf(roleOf(levers.layout, fault.target)!);
  const { end, misleads } = begin(clock);
  let readings = 0;
  let firstAtUs = 0;
  let lastAtUs = 0;
  const unwatch = clock.watch(reading => {
    if (!misleads(reading)) return;
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

function milliseconds(us: number): number {
  return Math.floor(us / 1000);
}
