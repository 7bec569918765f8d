import { roleFolder } from "../../roles/role-table.ts";
import { numberOf, wordOf, type Fault } from "../fault.ts";
import { machineOf, roleOf } from "../layout.ts";
import { onPaths, atMost, diskOf, onDisk } from "./disk-lever.ts";
import { instantly, noEffect, type FaultDevice, type Injected, type Levers } from "./fault-device.ts";

/**
 * Faults that take away what was synced, or make a sync a lie. Nobody but a replica elsewhere can make good for them, so
 * that a storm that owes recovery may do this to fewer machines than there are replicas (explore/damage-budget.ts).
 * On a shared disk the files of the role alone are damaged; a wiped or swapped disk is the whole machine's.
 */
export const durableDamage: readonly FaultDevice[] = [
  {
    kind: "disk.sync-lies",
    sentence: "Syncs of files and folders say yes, and nothing is durable before an honest one.",
    target: "role",
    lasts: "for-a-while",
    params: {},
    owes: "fail-loudly",
    damages: true,
    law: "a sync that lies says yes, and the power takes what it covered",
    inject: (levers, fault) => onDisk(levers, fault, (disk, role) => disk.syncLies({ role })),
  },
  {
    kind: "disk.lost-write",
    sentence: "A write is acknowledged and synced, yet the old content is read.",
    target: "role",
    lasts: "once",
    params: {
      path: onPaths,
      times: atMost,
    },
    owes: "fail-loudly",
    damages: true,
    law: "a lost write is acknowledged and synced, and the old content is read",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) =>
        disk.loseWrites({ role, path: wordOf(fault, "path", "*"), times: numberOf(fault, "times", 1) }),
      ),
  },
  {
    kind: "disk.misdirect",
    sentence: "A write is lost like that, and its bytes overwrite a part of another file.",
    target: "role",
    lasts: "once",
    params: { times: atMost },
    owes: "fail-loudly",
    damages: true,
    law: "a misdirected write leaves its place as it was and spoils another",
    inject: (levers, fault) =>
      onDisk(levers, fault, (disk, role) =>
        disk.misdirect({ role, within: filesOf(role), times: numberOf(fault, "times", 1) }),
      ),
  },
  {
    kind: "disk.rot",
    sentence: "Bits of a durable file flip.",
    target: "role",
    lasts: "for-good",
    params: { path: onPaths, times: atMost },
    owes: "fail-loudly",
    damages: true,
    law: "rot changes bits of one durable file and of no other",
    inject: (levers, fault) => damageFiles(levers, fault, "rot"),
  },
  {
    kind: "disk.latent",
    sentence: "A sector of a durable file cannot be read until it is written again.",
    target: "role",
    lasts: "for-good",
    params: { path: onPaths, times: atMost },
    owes: "fail-loudly",
    damages: true,
    law: "a latent sector fails to be read until it is written",
    inject: (levers, fault) => damageFiles(levers, fault, "latent"),
  },
  {
    kind: "disk.wipe",
    sentence: "The machine loses power and comes back with an empty disk.",
    target: "machine",
    lasts: "for-a-while",
    params: {},
    owes: "fail-loudly",
    damages: true,
    law: "a wiped machine comes back with nothing on its disk",
    inject(levers, fault) {
      const machine = machineOf(levers.layout, roleOf(levers.layout, fault.target)!);
      return withoutPower(levers, [machine], () => {
        const { files } = levers.disk(machine).wipe();
        return `wiped ${files} files of ${machine}`;
      });
    },
  },
  {
    kind: "disk.swap",
    sentence: "Two machines lose power and come back with each other's disks.",
    target: "machine",
    lasts: "for-a-while",
    params: { with: { type: "role", otherwise: "tm0" } },
    owes: "fail-loudly",
    damages: true,
    law: "swapped machines find each other's files",
    inject(levers, fault) {
      const one = machineOf(levers.layout, roleOf(levers.layout, fault.target)!);
      const other = machineOf(levers.layout, roleOf(levers.layout, wordOf(fault, "with", "tm0"))!);
      if (one === other) return noEffect;
      return withoutPower(levers, [one, other], () => {
        levers.disk(one).swap(levers.disk(other));
        return `swapped the disks of ${one} and ${other}`;
      });
    },
  },
];

function damageFiles(levers: Levers, fault: Fault, how: "rot" | "latent"): Injected {
  const { role, disk } = diskOf(levers, fault);
  const where = { path: wordOf(fault, "path", "*"), within: filesOf(role) };
  const notes: string[] = [];
  for (let i = 0; i < numberOf(fault, "times", 1); i++) {
    const note = disk[how](where);
    if (note !== undefined) notes.push(note);
  }
  if (notes.length === 0) return noEffect;
  const more = notes.length === 1 ? "" : `, and ${notes.length - 1} more`;
  return { effect: instantly(levers.site.kernel.nowUs, `${notes[0]!}${more}`) };
}

function withoutPower(levers: Levers, machines: readonly string[], act: () => string): Injected {
  const { site } = levers;
  site.powerLoss(machines.filter(name => site.machine(name).stack.powered));
  const cure = (): void => {
    for (const machine of machines) levers.powerUp(machine);
  };
  return { cure, effect: instantly(site.kernel.nowUs, act()) };
}

function filesOf(role: string): string {
  return `${roleFolder(role)}/*`;
}
