/**
 * Measuring on a machine that others use too: processor time, not wall time; several rounds, medians, and every ratio taken
 * between two measurements that stand side by side in one round, so that a slow second slows both.
 *
 * Processor time counts V8's helper threads (collector, compiler) too, so it flatters nobody. For work that is done by one
 * thread and waits for nothing it is what the wall clock would show on a machine of one's own.
 */
export async function medianMs(rounds: number, run: Timed): Promise<number> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) times.push(await timeMs(run));
  return median(times);
}

/** Medians of both, and the median of ours/theirs over the rounds. */
export function sideBySide(rounds: number, ours: Timed, theirs: Timed): Promise<SideBySide> {
  return pairByPair([{ ours, theirs }], { rounds, warmRounds: 1 });
}

/**
 * The same for a series: each piece of ours stands beside its own of theirs, and a round is the sum of all. What lasts for
 * seconds falls on both alike.
 */
export async function pairByPair(pairs: readonly Pair[], { rounds, warmRounds }: Rounds): Promise<SideBySide> {
  const measured: { ours: number; theirs: number }[] = [];
  for (let i = -warmRounds; i < rounds; i++) {
    const round = { ours: 0, theirs: 0 };
    for (const { ours, theirs } of pairs) {
      round.ours += await timeMs(ours);
      round.theirs += await timeMs(theirs);
    }
    if (i >= 0) measured.push(round);
  }
  return {
    oursMs: median(measured.map(round => round.ours)),
    theirsMs: median(measured.map(round => round.theirs)),
    ratio: median(measured.map(round => round.ours / round.theirs)),
  };
}

export interface Pair {
  readonly ours: Timed;
  readonly theirs: Timed;
}

export interface Rounds {
  readonly rounds: number;
  /** Rounds before the measured ones. */
  readonly warmRounds: number;
}

export type Timed = () => void | Promise<void>;

export interface SideBySide {
  readonly oursMs: number;
  readonly theirsMs: number;
  readonly ratio: number;
}

/** Processor time of one run. */
export async function timeMs(run: Timed): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
