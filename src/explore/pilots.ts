import { isDeepStrictEqual } from "node:util";
import { calmCase } from "./case-generator.ts";
import type { CasePlayer } from "./case-run.ts";
import { flyFixedPlanPilot, flyPilot, type Pilot } from "./pilot.ts";
import { isArbitrary, type Scenario } from "./scenario.ts";

/**
 * The pilots of the scenarios of a campaign, each flown when its first case is wanted. A pilot is a function of its
 * scenario alone, so that one which another process has flown is as good as one's own; and where the plan is fixed, of
 * the calm world beneath it alone, so that scenarios which differ in nothing but their plans share one.
 */
export class Pilots {
  readonly #known = new Map<string, Pilot>();
  readonly #namesakes = new Map<string, string>();
  readonly #flown: (name: string, pilot: Pilot) => void;

  /** `flown` hears of each pilot that was flown here; by its name others learn it. */
  constructor(flown: (name: string, pilot: Pilot) => void = () => {}) {
    this.#flown = flown;
  }

  learn(name: string, pilot: Pilot): void {
    this.#known.set(name, pilot);
  }

  /** `targets` are those of the whole campaign: every process has the same, in the same order. */
  async of({ scenario, player }: PilotTarget, targets: readonly PilotTarget[]): Promise<Pilot> {
    const name = this.#namesake(scenario, targets);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const fly = scenario.storm === false ? flyFixedPlanPilot : flyPilot;
    const pilot = await fly(calmCase(scenario), player, paceOf(scenario));
    this.learn(name, pilot);
    this.#flown(name, pilot);
    return pilot;
  }

  /** The first scenario with the same pilot: that one's name is the pilot's. */
  #namesake(scenario: Scenario, targets: readonly PilotTarget[]): string {
    let name = this.#namesakes.get(scenario.name);
    if (name === undefined) {
      name = targets.find(other => haveOnePilot(other.scenario, scenario))!.scenario.name;
      this.#namesakes.set(scenario.name, name);
    }
    return name;
  }
}

interface PilotTarget {
  readonly scenario: Scenario;
  readonly player: CasePlayer;
}

function paceOf({ fixed }: Scenario): "fixed" | "free" {
  return fixed.knobs.recordCostUs === undefined ? "free" : "fixed";
}

/** What an author claims may end a run, and a drawn input hangs on its scenario's name: such pilots are not shared. */
function haveOnePilot(one: Scenario, other: Scenario): boolean {
  if (one === other) return true;
  const isPlain = ({ storm, claims, input }: Scenario): boolean =>
    storm === false && claims.length === 0 && !Object.values(input).some(isArbitrary);
  const world = ({ params, services, topology, knobs, input }: Scenario) => [params, services, topology, knobs, input];
  return (
    one.job === other.job &&
    isPlain(one) &&
    isPlain(other) &&
    paceOf(one) === paceOf(other) &&
    isDeepStrictEqual(world(one), world(other))
  );
}
