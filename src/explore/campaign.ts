import { signatureOf } from "./signature.ts";
import { CampaignTotals, type CampaignSummary } from "./campaign-totals.ts";
import type { IndexedRun } from "./case-line.ts";
import { isFailure } from "./case-run.ts";
import type { FoundFailure } from "./failure-recorder.ts";

/**
 * The loop of a campaign: takes runs in index order, counts them, has each new failure recorded, and stops when it is
 * told to. It does not play cases (case-line.ts, worker-pool.ts) and does not write files (failure-recorder.ts).
 *
 * What it does depends on the runs and their order alone, so that many processes give what one gives.
 */
export async function campaign(runs: AsyncIterable<IndexedRun>, options: CampaignOptions): Promise<CampaignOutcome> {
  const totals = new CampaignTotals();
  const found = new Map<string, FoundFailure>();
  let ended: CampaignEnding = "all-played";
  for await (const played of runs) {
    totals.add(played.run, played.agreed === undefined ? undefined : { agreed: played.agreed });
    if (isFailure(played.run.verdict)) {
      const key = `${options.scenarioOf(played.index)} ${signatureOf(played.run.verdict)}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, await options.record(played));
      else known.hits++;
    }
    options.onRun?.(played, found.size);
    const stop = options.bail && found.size > 0 ? "bail" : options.stop();
    if (stop !== undefined) {
      ended = stop;
      break;
    }
  }
  // Whoever plays may end at once when it is interrupted, without another case.
  if (ended === "all-played" && options.stop() === "interrupted") ended = "interrupted";
  return { summary: totals.summary(), failures: [...found.values()], ended };
}

export interface CampaignOptions {
  readonly bail: boolean;
  readonly scenarioOf: (index: number) => string;
  /** Shrinks and writes the first failure of a signature; later ones are counted as its hits. */
  readonly record: (failed: IndexedRun) => Promise<FoundFailure>;
  /** Asked after each case. */
  readonly stop: () => "time" | "interrupted" | undefined;
  readonly onRun?: (played: IndexedRun, failures: number) => void;
}

export type CampaignEnding = "all-played" | "time" | "bail" | "interrupted";

export interface CampaignOutcome {
  readonly summary: CampaignSummary;
  readonly failures: readonly FoundFailure[];
  readonly ended: CampaignEnding;
}

/** Plays indices one after the other in this process. */
export async function* playInline(
  indices: Iterable<number>,
  play: (index: number) => Promise<IndexedRun>,
): AsyncGenerator<IndexedRun> {
  for (const index of indices) yield await play(index);
}

/** The regressions, then 0, 1, 2, … below `runs`; of these the share of shard `i` of `n`. */
export function* indicesOf(
  runs: number,
  shard: { readonly index: number; readonly of: number } = { index: 0, of: 1 },
  regressions = 0,
): Generator<number> {
  for (let index = -regressions; index < 0; index++) yield index;
  for (let index = shard.index; index < runs; index += shard.of) yield index;
}
