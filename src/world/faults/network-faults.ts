import type { Link } from "../../sim/net/link.ts";
import { noNetEffect, type NetEffect } from "../../sim/net/net-effect.ts";
import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import { wayOf } from "./way.ts";
import type { FaultDevice, Injected, InjectedEffect, Levers } from "./fault-device.ts";

/** Faults of the ways between machines. An effect is a segment held, delayed or lost, or a connection reset. */
export const networkFaults: readonly FaultDevice[] = [
  {
    kind: "net.delay",
    sentence: "Everything on the link takes longer.",
    target: "way-or-role",
    lasts: "for-a-while",
    params: {
      addUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 50_000 },
      /** So many on each way; 0 for all until the fault ends. */
      segments: { type: "integer", min: 0, max: 1_000, otherwise: 0 },
    },
    owes: "recover",
    law: "a delayed link is late and keeps its order",
    inject: (levers, fault) =>
      lasting(levers, fault, (links, effect) =>
        levers.site.network.delay(
          links,
          numberOf(fault, "addUs", 50_000),
          effect,
          numberOf(fault, "segments", 0) || undefined,
        ),
      ),
  },
  {
    kind: "net.slow",
    sentence: "Everything on the link takes longer, until the calm.",
    target: "way-or-role",
    lasts: "until-calm",
    params: { addUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 20_000 } },
    owes: "recover",
    law: "a slow link stays slow, in order, and slows no other link",
    inject: (levers, fault) =>
      lasting(levers, fault, (links, effect) =>
        levers.site.network.delay(links, numberOf(fault, "addUs", 20_000), effect),
      ),
  },
  {
    kind: "net.hold",
    sentence: "Nothing arrives over the link, then everything in a burst, in order.",
    target: "way-or-role",
    lasts: "for-a-while",
    params: {},
    owes: "stall",
    law: "a held link delivers everything after the release, in order",
    inject: (levers, fault) => lasting(levers, fault, (links, effect) => levers.site.network.hold(links, effect)),
  },
  {
    kind: "net.cut",
    sentence:
      "No byte passes: one direction of a pair or both, between two groups, or all that a role's machine sends and receives.",
    target: "way-or-role",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a cut link delivers after the heal, unless its connection timed out",
    inject: (levers, fault) => lasting(levers, fault, (links, effect) => levers.site.network.cut(links, effect)),
  },
  {
    kind: "net.reset",
    sentence: "Every connection over the link is reset: the receiver has some prefix, the sender does not know which.",
    target: "way-or-role",
    lasts: "once",
    params: {},
    owes: "recover",
    law: "a reset connection has delivered a prefix",
    inject(levers, fault) {
      const effect = noNetEffect();
      levers.site.network.reset(linksOf(levers, fault), effect);
      return { effect: watched(effect) };
    },
  },
  {
    kind: "net.corrupt",
    sentence: "Bits flip on the way: a checksum must make a reset of it, never a record.",
    target: "way-or-role",
    lasts: "for-a-while",
    params: { segments: { type: "integer", min: 1, max: 1_000, otherwise: 1 } },
    owes: "recover",
    law: "a corrupted segment has one flipped bit, and the next one is whole",
    inject: (levers, fault) =>
      lasting(levers, fault, (links, effect) =>
        levers.site.network.corrupt(links, numberOf(fault, "segments", 1), effect),
      ),
  },
];

function lasting(
  levers: Levers,
  fault: Fault,
  begin: (links: readonly Link[], effect: NetEffect) => () => void,
): Injected {
  const effect = noNetEffect();
  const read = watched(effect);
  const end = begin(linksOf(levers, fault), effect);
  return { cure: end, effect: read };
}

/** Both kinds of target: the ways between roles or groups of them (way.ts), or all ways to and from a role's machine. */
export function linksOf(levers: Levers, fault: Fault): readonly Link[] {
  const { network } = levers.site;
  const machine = (role: string) => levers.site.machineOf(roleOf(levers.layout, role)!).name;
  const way = wayOf(fault.target);
  if (way === undefined) return network.around(machine(fault.target));
  const [here, there] = [way.from.map(machine), way.to.map(machine)];
  const pairs = here.flatMap(from => there.map(to => [from, to] as const));
  // Between groups, what shares a machine stays together.
  const apart = pairs.length === 1 ? pairs : pairs.filter(([from, to]) => from !== to);
  return [...new Set(apart.flatMap(([from, to]) => (way.both ? network.between(from, to) : [network.link(from, to)])))];
}

/** What the counters say, in words; undefined while all of them are zero. */
export function watched(effect: NetEffect): () => InjectedEffect | undefined {
  return () => {
    const { firstAtUs, lastAtUs, ...counts } = effect;
    if (firstAtUs === undefined || lastAtUs === undefined) return undefined;
    const words = Object.entries(counts).filter(([, count]) => count > 0);
    const note = words.map(
      ([name, count]) => `${count} ${name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}`,
    );
    return { firstAtUs, lastAtUs, note: note.join(", ") };
  };
}
