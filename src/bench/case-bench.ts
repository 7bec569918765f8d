import { calmCase } from "../explore/case-generator.ts";
import { scenario, type Scenario } from "../explore/scenario.ts";
import { WorldPlayer } from "../explore/world-player.ts";
import { job } from "../runtime/api/job.ts";
import { logSink } from "../runtime/connectors/log-sink.ts";
import { logSource } from "../runtime/connectors/log-source.ts";
import type { Case } from "../world/case.ts";
import type { Bench } from "./measurement.ts";
import { medianMs, timeMs } from "./rounds.ts";

/**
 * Whole cases with every claim judged: what a campaign costs. The work is stated by what happens in it (a crash, a
 * restore of state, so many checkpoints), and the bench refuses to give a figure for a case in which it did not happen.
 *
 * A case runs each line of a whole cluster a few times, so that V8 has optimized it only after a thousand cases: the first
 * ones are a figure of their own (`-cold`, what a short run sees), the others are what a long one comes to.
 */
export const smallCaseBench: Bench = {
  run: ({ rounds }) =>
    casesPerSecond("small-case", smallCase, {
      rounds,
      cases: 60,
      coldCases: 60,
      warmCases: 2_000,
      demanded: { checkpoints: 1, faults: 1 },
    }),
};

export const standardCaseBench: Bench = {
  run: ({ rounds }) =>
    casesPerSecond("standard-case", standardCase, {
      rounds,
      cases: 12,
      coldCases: 12,
      warmCases: 300,
      demanded: { checkpoints: 5, faults: 3 },
    }),
};

/** Resident memory after many small cases over that after the first thousand. */
export const soakBench: Bench = {
  async run() {
    const player = new WorldPlayer(smallCase);
    const play = async (from: number, to: number) => {
      for (let i = from; i < to; i++) await player.play(caseOf(smallCase, i));
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const early = await play(0, 1_000);
    const late = await play(1_000, SOAK_CASES);
    const megabytes = (bytes: number) => bytes / 2 ** 20;
    return [
      { name: "soak-1000", value: megabytes(early), unit: "MiB" },
      {
        name: `soak-${SOAK_CASES}`,
        value: megabytes(late),
        unit: "MiB",
        ratio: late / early,
        against: "after 1,000 cases",
      },
    ];
  },
};

const SOAK_CASES = 10_000;

/** Running totals: every record is state and output. */
const totals = job("totals", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Sale>({ topic: "sales", bounded: true }), "sales")
    .keyBy(sale => sale.shop)
    .reduce((sum, sale) => ({ ...sale, cents: sum.cents + sale.cents }))
    .name("total")
    .sinkTo(logSink({ topic: "totals", key: sale => sale.shop }));
});

interface Sale {
  readonly shop: string;
  readonly cents: number;
  readonly customer: string;
}

function sales(count: number): Sale[] {
  return Array.from({ length: count }, (_, i) => ({
    shop: `s${(i * 7) % 13}`,
    cents: 100 + ((i * 37) % 900),
    customer: `c${i}`,
  }));
}

const smallCase = scenario("bench-small", {
  why: "One job manager, two workers, all services on one machine, one replica, four subtasks, one crash.",
  job: totals,
  cluster: {
    workers: 2,
    slotsPerWorker: 2,
    storageNodes: 1,
    replicas: 1,
    parallelism: 2,
    partitions: 2,
    placement: "together",
    persistence: "prefix",
    broker: "durable-prepare",
  },
  knobs: { bufferRecordsMax: 8, recordCostUs: 5_000, checkpointIntervalMs: 20, restartDelayMs: 10 },
  input: { sales: sales(50) },
  plan: on => [on.checkpoint(1).completed().kill("tm0", { forMs: 100 })],
});

export const standardCase = scenario("bench-standard", {
  why: "Three workers, three storage nodes with two replicas, eight subtasks, 500 records, three faults.",
  job: totals,
  cluster: { workers: 3, slotsPerWorker: 2, storageNodes: 3, replicas: 2, parallelism: 4, partitions: 4 },
  knobs: {
    bufferRecordsMax: 4,
    creditsPerChannel: 1,
    recordCostUs: 2_000,
    checkpointIntervalMs: 20,
    minPauseMs: 5,
    restartDelayMs: 10,
  },
  input: { sales: sales(500) },
  plan: on => [
    on.checkpoint(1).completed().powerLoss("dfs1", { forMs: 100 }),
    on.checkpoint(2).triggered().delay("tm1>jm0", { byMs: 5, forMs: 300 }),
    on.checkpoint(3).completed().kill("tm0", { forMs: 100 }),
  ],
});

async function casesPerSecond(
  name: string,
  work: Scenario,
  {
    rounds,
    cases,
    coldCases,
    warmCases,
    demanded,
  }: {
    readonly rounds: number;
    /** Cases of a round. */
    readonly cases: number;
    /** The first ones, timed by themselves. */
    readonly coldCases: number;
    /** Cases until the rounds begin. */
    readonly warmCases: number;
    readonly demanded: Demanded;
  },
) {
  const player = new WorldPlayer(work);
  let activeMs = 0;
  let events = 0;
  const play = async (count: number) => {
    activeMs = 0;
    events = 0;
    for (let i = 0; i < count; i++) {
      // Every round plays the same cases: rounds differ by the machine alone.
      const run = await player.play(caseOf(work, i % cases));
      activeMs += run.activeSimulatedMs;
      events += run.events;
    }
  };
  const coldMs = await timeMs(() => play(coldCases));
  for (let i = 0; i < cases; i++) await requireWork(player, caseOf(work, i), demanded);
  await play(warmCases - coldCases);
  const ms = await medianMs(rounds, () => play(cases));
  return [
    { name, value: (cases * 1000) / ms, unit: "cases/s" },
    { name: `${name}-cold`, value: (coldCases * 1000) / coldMs, unit: "cases/s" },
    { name: `${name}-events`, value: (events * 1000) / ms, unit: "events/s" },
    { name: `${name}-time`, value: activeMs / ms, unit: "simulated s/s" },
  ];
}

function caseOf(work: Scenario, index: number): Case {
  return { ...calmCase(work), plan: work.plan, seed: `bench-${index}` };
}

/** What must happen in each case, or its figure says nothing. */
interface Demanded {
  readonly checkpoints: number;
  readonly faults: number;
}

async function requireWork(player: WorldPlayer, played: Case, demanded: Demanded): Promise<void> {
  let checkpoints = 0;
  const run = await player.play(played, {
    record: true,
    onEntry: ({ what }) => {
      if (what === "checkpoint.complete") checkpoints++;
    },
  });
  const faults = run.faults.filter(({ effective }) => effective).length;
  const { kind } = run.verdict;
  const { withState } = run.recoveries;
  if (kind === "passed" && withState >= 1 && checkpoints >= demanded.checkpoints && faults >= demanded.faults) return;
  throw new Error(
    `${played.seed} did not do its work: ${kind}, ${withState} restores of state, ${checkpoints} checkpoints, ${faults} faults.`,
  );
}
