import { wordOf } from "../fault.ts";
import { machineOf, roleOf } from "../layout.ts";
import { instantly, noEffect, type FaultDevice, type Injected, type Levers } from "./fault-device.ts";

/** Faults of whole machines. A machine without power already loses nothing. */
export const machineFaults: readonly FaultDevice[] = [
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
    sentence: "Every machine, or those of some roles, lose power at the same instant.",
    target: "site",
    lasts: "for-a-while",
    params: { roles: { type: "roles", otherwise: "" } },
    owes: "recover",
    law: "a power loss of the whole site takes what was not synced, everywhere",
    inject: (levers, fault) => losePower(levers, machinesOf(levers, wordOf(fault, "roles", ""))),
  },
  {
    kind: "machine.remove",
    sentence: "The machine of the role is gone for good, with all that lay on its disk.",
    target: "machine",
    lasts: "for-good",
    params: {},
    owes: "recover",
    damages: true,
    law: "a removed machine never comes back",
    inject(levers, fault) {
      const { site } = levers;
      const { name } = site.machineOf(roleOf(levers.layout, fault.target)!);
      const given = site.rolesOn(name).filter(role => levers.abandon(role));
      if (given.length === 0) return noEffect;
      const { powered } = site.machine(name).stack;
      if (powered) site.powerLoss([name]);
      return { effect: instantly(site.kernel.nowUs, `removed ${name}`) };
    },
  },
  {
    kind: "machine.add",
    sentence: "One more machine joins, with a worker.",
    target: "site",
    lasts: "for-good",
    params: {},
    owes: "recover",
    law: "an added machine has a worker that the others can reach",
    inject: levers => {
      const role = levers.addWorker();
      return { effect: instantly(levers.site.kernel.nowUs, `added ${role}`) };
    },
  },
];

/** Of the roles in a list with commas; of all when it is empty. */
function machinesOf({ layout }: Levers, list: string): readonly string[] {
  if (list === "") return layout.machines;
  const named = list.split(",").flatMap(name => roleOf(layout, name) ?? []);
  return [...new Set(named.map(role => machineOf(layout, role)))];
}

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
