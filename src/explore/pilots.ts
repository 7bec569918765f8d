import { calmCase } from "./case-generator.ts";
import type { CasePlayer } from "./case-run.ts";
import { flyFixedPlanPilot, flyPilot, type Pilot } from "./pilot.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The pilots of the scenarios of a campaign, each flown when its first case is wanted. A pilot is a function of its
 * scenario alone, so that one which another process has flown is as good as one's own.
 */
export class Pilots {
  readonly #known = new Map<string, Pilot>();
  readonly #flown: (scenario: string, pilot: Pilot) => void;

  /** `flown` hears of each pilot that was flown here. */
  constructor(flown: (scenario: string, pilot: Pilot) => void = () => {}) {
    this.#flown = flown;
  }

  learn(scenario: string, pilot: Pilot): void {
    this.#known.set(scenario, pilot);
  }

  async of({ scenario, player }: { readonly scenario: Scenario; readonly player: CasePlayer }): Promise<Pilot> {
    const known = this.#known.get(scenario.name);
    if (known !== undefined) return known;
    const pace = scenario.fixed.knobs.recordCostUs === undefined ? "free" : "fixed";
    const fly = scenario.storm === false ? flyFixedPlanPilot : flyPilot;
    const pilot = await fly(calmCase(scenario), player, pace);
    this.learn(scenario.name, pilot);
    this.#flown(scenario.name, pilot);
    return pilot;
  }
}
