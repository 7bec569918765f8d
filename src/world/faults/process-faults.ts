import { roleOf } from "../layout.ts";
import type { Fault } from "../fault.ts";
import { instantly, noEffect, type FaultDevice, type Injected, type Levers } from "./fault-device.ts";

/** Faults of processes and of the machines under them. A fault that finds its target dead already has no effect. */
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
      if (life === undefined || !levers.site.pause(role)) return noEffect;
      const atUs = levers.site.kernel.nowUs;
      const resume = () => {
        if (levers.incarnation(role) === life) levers.site.resume(role);
      };
      return { cure: resume, effect: instantly(atUs, `paused ${role} (life ${life.number})`) };
    },
  },
  {
    kind: "machine.power-loss",
    sentence: "The machine of the role loses power: its processes die, what was not synced is in the seed's hands.",
    target: "machine",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a power loss takes what was not synced",
    inject: (levers, fault) => losePower(levers, [levers.site.machineOf(roleOf(levers.layout, fault.target)!).name]),
  },
  {
    kind: "site.power-loss",
    sentence: "Every machine loses power at the same instant.",
    target: "site",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a power loss of the whole site takes what was not synced, everywhere",
    inject: levers => losePower(levers, levers.layout.machines),
  },
  {
    kind: "task.fail",
    sentence: "The author's code throws once, at a named site of one subtask; the worker lives on.",
    target: "subtask",
    lasts: "once",
    params: {
      site: { type: "word", oneOf: ["open", "record", "snapshot", "notify", "timer", "close"], otherwise: "record" },
    },
    owes: "recover",
    law: "an exception of the author's code fails its task and nothing else",
    inject: failTask,
  },
];

function losePower(levers: Levers, machines: readonly string[]): Injected {
  const { site } = levers;
  const hit = machines.filter(name => site.machine(name).stack.powered);
  if (hit.length === 0) return noEffect;
  site.powerLoss(hit);
  const cure = () => {
    for (const machine of hit) levers.powerUp(machine);
  };
  return { cure, effect: instantly(site.kernel.nowUs, `took the power of ${hit.join(", ")}`) };
}

function failTask(levers: Levers, fault: Fault): Injected {
  const parts = /^(.+)\[(\d+)\]$/.exec(fault.target)!;
  const site = (fault.params?.["site"] ?? "record") as Parameters<typeof levers.tasks.arm>[0];
  let thrown: { readonly atUs: number; readonly role: string } | undefined;
  const cure = levers.tasks.arm(site, parts[1]!, Number(parts[2]), role => {
    thrown = { atUs: levers.site.kernel.nowUs, role };
  });
  return {
    cure,
    effect: () =>
      thrown && {
        firstAtUs: thrown.atUs,
        lastAtUs: thrown.atUs,
        note: `${fault.target} threw at ${site} on ${thrown.role}`,
      },
  };
}
