import { calmCase, caseAt } from "../explore/case-generator.ts";
import type { CasePlayer, CaseRun } from "../explore/case-run.ts";
import { dataset } from "../explore/dataset.ts";
import { Dice, randomOf } from "../explore/dice.ts";
import { flyPilot, type Pilot } from "../explore/pilot.ts";
import { scenario } from "../explore/scenario.ts";
import { shrinkCase } from "../explore/shrink.ts";
import { kindsOf, stormPlan } from "../explore/storm.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import { job } from "../runtime/api/job.ts";
import { logSink } from "../runtime/connectors/log-sink.ts";
import { logSource } from "../runtime/connectors/log-source.ts";
import type { Case } from "../world/case.ts";
import type { Fault } from "../world/fault.ts";
import type { Bench } from "./measurement.ts";
import { median, timeMs } from "./rounds.ts";

/**
 * A bug that needs two faults, among forty: how many cases are played, and how long it takes, until the case is 1-minimal.
 * The forty come from storms and are really played on a whole cluster; the bug is a stand-in (a run fails when both of its
 * faults have fired), so that each start has one whose two faults are known.
 *
 * `shrink-plan` counts until the plan is the two faults, `shrink` to the very end: machines, records, settings, times too. The
 * records are a slice of a data set: from a long list no single record would be tried, and the end would not be 1-minimal.
 */
export const shrinkBench: Bench = {
  async run() {
    const player = new WorldPlayer(target);
    const pilot = await flyPilot(calmCase(target), player, "free");
    const shrinks: Shrink[] = [];
    for (let start = 0; start < STARTS; start++) shrinks.push(await shrinkOne(start, pilot, player));
    const middle = (of: (shrink: Shrink) => number) => median(shrinks.map(of));
    return [
      { name: "shrink", value: middle(({ runs }) => runs), unit: "cases" },
      { name: "shrink-plan", value: middle(({ planRuns }) => planRuns), unit: "cases" },
      { name: "shrink-time", value: middle(({ ms }) => ms), unit: "ms" },
      { name: "shrink-faults", value: Math.max(...shrinks.map(({ faults }) => faults)), unit: "faults" },
    ];
  },
};

interface Shrink {
  readonly runs: number;
  /** Until two faults were left. */
  readonly planRuns: number;
  readonly ms: number;
  readonly faults: number;
}

async function shrinkOne(start: number, pilot: Pilot, player: CasePlayer): Promise<Shrink> {
  const dice = new Dice(randomOf("shrink-bench", target.name, start));
  const failing: Case = { ...caseAt(target, pilot, "shrink-bench", start), plan: fortyFaults(dice, pilot) };
  const [first, second] = await twoThatFire(dice, failing, player);
  let planRuns = 0;
  const bug: CasePlayer = {
    async play(played, options) {
      const run = await player.play(played, options);
      const fired = run.faults.filter(fault => fault.fired).map(({ index }) => played.plan[index]!);
      const fails = [first, second].every(needed => fired.some(fault => alike(fault, needed)));
      if (played.plan.length > 2) planRuns++;
      return fails ? failed(run) : { ...run, verdict: { kind: "passed" } };
    },
  };
  let shrunk: Awaited<ReturnType<typeof shrinkCase>> | undefined;
  const ms = await timeMs(async () => {
    shrunk = await shrinkCase({ case: failing, run: await bug.play(failing) }, bug, { runsMax: 1_000 });
  });
  const { case: smallest, runs, ending } = shrunk!;
  if (ending !== "1-minimal") throw new Error(`start ${start} was not shrunk to the end: ${ending}`);
  return { runs, planRuns, ms, faults: smallest.plan.length };
}

/** Two faults of the plan that fire by themselves, too: some only meet what others have caused. */
async function twoThatFire(dice: Dice, failing: Case, player: CasePlayer): Promise<readonly [Fault, Fault]> {
  const { faults } = await player.play(failing);
  const effective = faults.filter(fault => fault.effective).map(({ index }) => failing.plan[index]!);
  for (;;) {
    const pair = [dice.pick(effective), dice.pick(effective)] as const;
    if (alike(...pair)) continue;
    const alone = await player.play({ ...failing, plan: failing.plan.filter(fault => pair.includes(fault)) });
    if (alone.faults.every(({ fired }) => fired)) return pair;
  }
}

function fortyFaults(dice: Dice, pilot: Pilot): readonly Fault[] {
  const ground = {
    profile: "standard",
    kinds: kindsOf("standard"),
    topology: target.topology,
    services: [],
    pilot,
  } as const;
  const plan: Fault[] = [];
  while (plan.length < FAULTS) plan.push(...stormPlan(dice, ground));
  return plan.slice(0, FAULTS);
}

/** Shrinking changes when a fault falls, never what it is. */
function alike(one: Fault, other: Fault): boolean {
  return one.kind === other.kind && one.target === other.target;
}

function failed(run: CaseRun): CaseRun {
  const violation = { claim: "two-faults", where: "bench", message: "both faults have fired" };
  return { ...run, verdict: { kind: "violated", violation } };
}

const STARTS = 20;
const FAULTS = 40;

const target = scenario("bench-shrink", {
  why: "Three workers, three storage nodes, six subtasks, 200 records, forty faults.",
  job: job("counted", env => {
    env.enableCheckpointing(1000);
    env
      .fromSource(logSource<Flight>({ topic: "flights", bounded: true }), "flights")
      .keyBy(flight => flight.origin)
      .reduce((sum, flight) => ({ origin: flight.origin, distance: sum.distance + flight.distance }))
      .name("count")
      .sinkTo(logSink({ topic: "counts", key: flight => flight.origin }));
  }),
  input: { flights: dataset("flights", { to: 200 }) },
});

interface Flight {
  readonly origin: string;
  readonly distance: number;
}
