import { RandomStream } from "../../kernel/random.ts";
import { noNetEffect } from "../../sim/net/net-effect.ts";
import { faultName, numberOf, type Fault } from "../fault.ts";
import { later, type FaultDevice, type Injected, type Levers } from "./fault-device.ts";
import { linksOf, watched } from "./network-faults.ts";

/** Faults of ways that come and go: made of holds and cuts, with a rhythm of their own. */
export const networkPatterns: readonly FaultDevice[] = [
  {
    kind: "net.swizzle",
    sentence: "Some of the ways to and from a machine clog one by one, and come free in another order.",
    target: "role",
    lasts: "for-a-while",
    params: { everyUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 50_000 } },
    owes: "stall",
    law: "swizzled links clog and come free one by one, and lose nothing",
    inject: swizzle,
  },
  {
    kind: "net.flap",
    sentence: "The way is cut and healed over and over, faster than any time-out.",
    target: "way-or-role",
    lasts: "for-a-while",
    params: { everyUs: { type: "integer", min: 1_000, max: 60_000_000, otherwise: 100_000 } },
    owes: "recover",
    law: "a flapping link delivers everything in the end, in order",
    inject: flap,
  },
];

/** As FoundationDB's swizzle-clogging: the overlaps of the clogs are what two orders make. */
function swizzle(levers: Levers, fault: Fault): Injected {
  const { site } = levers;
  const draws = new RandomStream(site.kernel.seed, faultName(fault));
  const everyUs = numberOf(fault, "everyUs", 50_000);
  const effect = noNetEffect();
  const read = watched(effect);
  const all = draws.shuffle([...linksOf(levers, fault)]);
  const chosen = all.slice(0, draws.between(Math.ceil(all.length / 2), all.length));
  const clogs = chosen.map(link => ({ link, release: () => {} }));
  let over = false;
  const unclog = draws.shuffle([...clogs]);
  clogs.forEach((clog, index) =>
    later(levers, fault, index * everyUs, () => {
      if (!over) clog.release = site.network.hold([clog.link], effect);
    }),
  );
  unclog.forEach((clog, index) => later(levers, fault, (clogs.length + index) * everyUs, () => clog.release()));
  const cure = () => {
    over = true;
    for (const clog of clogs) clog.release();
  };
  return { cure, effect: read };
}

function flap(levers: Levers, fault: Fault): Injected {
  const { network } = levers.site;
  const links = linksOf(levers, fault);
  const everyUs = numberOf(fault, "everyUs", 100_000);
  const effect = noNetEffect();
  const read = watched(effect);
  let heal: (() => void) | undefined;
  let over = false;
  const turn = (): void => {
    if (over) return;
    if (heal === undefined) heal = network.cut(links, effect);
    else {
      heal();
      heal = undefined;
    }
    later(levers, fault, everyUs, turn);
  };
  turn();
  const cure = () => {
    over = true;
    heal?.();
  };
  return { cure, effect: read };
}
