import { roleOf } from "../layout.ts";
import { numberOf } from "../fault.ts";
import { instantly, noEffect, type FaultDevice } from "./fault-device.ts";

/** Faults of one life of a process. A fault that finds its target dead already has no effect. */
export const processFaults: readonly FaultDevice[] = [
  {
    kind: "proc.kill",
    sentence: "The process dies at once; its machine lives, and a new life starts when the fault ends.",
    target: "role",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a killed process loses its memory and keeps its disk",
    inject(levers, fault) {
      const role = roleOf(levers.layout, fault.target)!;
      const life = levers.incarnation(role)?.number;
      if (life === undefined || !levers.site.kill(role)) return noEffect;
      const atUs = levers.site.kernel.nowUs;
      return { cure: () => levers.restart(role), effect: instantly(atUs, `killed ${role} (life ${life})`) };
    },
  },
  {
    kind: "proc.pause",
    sentence: "The process stands still and does not know it; its kernel accepts bytes, clocks run on.",
    target: "role",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a paused process misses its timers and goes on as if no time had passed",
    inject(levers, fault) {
      const role = roleOf(levers.layout, fault.target)!;
      const life = levers.incarnation(role);
      const before = life?.turnsHeldUp;
      if (life === undefined || !levers.site.pause(role)) return noEffect;
      const { kernel } = levers.site;
      const fromUs = kernel.nowUs;
      let endedUs: number | undefined;
      const resume = () => {
        endedUs ??= kernel.nowUs;
        if (levers.incarnation(role) === life) levers.site.resume(role);
      };
      return {
        cure: resume,
        // Whoever had nothing to do meanwhile does not know the difference.
        effect: () =>
          life.turnsHeldUp === before
            ? undefined
            : {
                firstAtUs: fromUs,
                lastAtUs: endedUs ?? kernel.nowUs,
                note: `paused ${role} (life ${life.number})`,
              },
      };
    },
  },
  {
    kind: "proc.slow",
    sentence: "A straggler: all work of the process, and each of its turns, takes a multiple of its time.",
    target: "role",
    lasts: "for-a-while",
    params: { factor: { type: "integer", min: 2, max: 1_000, otherwise: 50 } },
    owes: "recover",
    law: "a slow process is late, does all it is asked, and slows nobody else",
    inject(levers, fault) {
      const role = roleOf(levers.layout, fault.target)!;
      const life = levers.incarnation(role);
      if (life === undefined) return noEffect;
      const { kernel } = levers.site;
      const fromUs = kernel.nowUs;
      const before = life.slowedUs;
      let endedUs: number | undefined;
      life.slow(numberOf(fault, "factor", 50));
      const cure = () => {
        endedUs ??= kernel.nowUs;
        life.slow(1);
      };
      return {
        cure,
        effect: () =>
          life.slowedUs === before
            ? undefined
            : {
                firstAtUs: fromUs,
                lastAtUs: endedUs ?? kernel.nowUs,
                note: `${role} (life ${life.number}) worked ${life.slowedUs - before} µs longer`,
              },
      };
    },
  },
];
