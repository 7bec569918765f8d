import { numberOf, type Fault } from "../fault.ts";
import { roleOf } from "../layout.ts";
import { instantly, later, noEffect, type FaultDevice, type Injected, type Levers } from "./fault-device.ts";
import { Marks } from "./marks.ts";

/** Deaths that come in patterns: one that is answered at once, one that comes again and again, one after the other. */
export const restartFaults: readonly FaultDevice[] = [
  {
    kind: "proc.restart",
    sentence: "The process dies and is started again a moment later, before anybody has missed it.",
    target: "role",
    lasts: "once",
    params: { afterUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 10_000 } },
    owes: "recover",
    law: "a restarted process is another life, and the first one's connections are gone",
    inject(levers, fault) {
      const role = roleOf(levers.layout, fault.target)!;
      const atUs = levers.site.kernel.nowUs;
      if (!levers.site.kill(role)) return noEffect;
      later(levers, fault, numberOf(fault, "afterUs", 10_000), () => levers.restart(role));
      return { cure: () => levers.restart(role), effect: instantly(atUs, `restarted ${role}`) };
    },
  },
  {
    kind: "proc.kill-loop",
    sentence: "The process dies, and again in the midst of every recovery, until the fault ends.",
    target: "role",
    lasts: "for-a-while",
    params: {
      times: { type: "integer", min: 2, max: 20, otherwise: 3 },
      downUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 50_000 },
      upUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 200_000 },
    },
    owes: "recover",
    law: "a kill loop ends each life after a while, as often as it was told",
    inject: killLoop,
  },
  {
    kind: "rolling.restart",
    sentence: "Every role of the cluster is restarted, one after the other, as an upgrade does it.",
    target: "site",
    lasts: "for-a-while",
    params: {
      downUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 50_000 },
      everyUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 300_000 },
    },
    owes: "recover",
    law: "a rolling restart meets every role once, and never two at a time",
    inject: rollingRestart,
  },
];

function killLoop(levers: Levers, fault: Fault): Injected {
  const role = roleOf(levers.layout, fault.target)!;
  const deaths = new Deaths(levers, fault);
  const strike = (left: number): void => {
    deaths.kill(role, () => {
      if (left > 1) later(levers, fault, numberOf(fault, "upUs", 200_000), () => strike(left - 1));
    });
  };
  strike(numberOf(fault, "times", 3));
  return deaths.injected;
}

function rollingRestart(levers: Levers, fault: Fault): Injected {
  const deaths = new Deaths(levers, fault);
  const pauseUs = Math.max(0, numberOf(fault, "everyUs", 300_000) - numberOf(fault, "downUs", 50_000));
  const next = ([role, ...rest]: readonly string[]): void => {
    if (role === undefined) return;
    // An upgrade waits until the last one is back, however long that takes.
    deaths.kill(role, () => later(levers, fault, pauseUs, () => next(rest)));
  };
  next(levers.layout.roles.map(placed => placed.role));
  return deaths.injected;
}

/** Several deaths of one fault: each has its restart, and the cure is the end of them all. */
class Deaths {
  readonly #levers: Levers;
  readonly #fault: Fault;
  readonly #killed: Marks;
  #over = false;

  constructor(levers: Levers, fault: Fault) {
    this.#levers = levers;
    this.#fault = fault;
    this.#killed = new Marks(() => levers.site.kernel.nowUs);
  }

  /** `restarted` is called when the role was told to start again, dead or alive by then. */
  kill(role: string, restarted: () => void): void {
    if (this.#over) return;
    if (this.#levers.site.kill(role)) this.#killed.add(role);
    later(this.#levers, this.#fault, numberOf(this.#fault, "downUs", 50_000), () => {
      if (this.#over) return;
      this.#levers.restart(role);
      restarted();
    });
  }

  get injected(): Injected {
    return {
      cure: () => {
        this.#over = true;
        for (const role of new Set(this.#killed.whats)) this.#levers.restart(role);
      },
      effect: () => this.#killed.effect("killed "),
    };
  }
}
