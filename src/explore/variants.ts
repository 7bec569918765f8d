import type { Case } from "../world/case.ts";
import type { Failure } from "./failure-file.ts";

/**
 * Cases beside that of a failure file, for the day on which the file's own case passes: after a change of the code that moved
 * every instant a little, a failure of the same kind is often still there, next door. It owns which cases those are.
 *
 * First what the case was shrunk from, then its plan on the cluster and the settings of then: both have the chance in them
 * that shrinking took out. Then the shrunk case with links that jitter and ties that are drawn, under one seed after the other.
 */
export function variantsOf({ case: shrunk, original }: Pick<Failure, "case" | "original">): readonly Case[] {
  const { ties: _, ...drawn } = shrunk;
  const { knobs } = drawn;
  const unshrunk = original.case.plan.length === shrunk.plan.length ? [] : [{ ...original.case, plan: shrunk.plan }];
  const first = [original.case, ...unshrunk];
  const seeds = Array.from({ length: VARIANTS - first.length }, (_, index): Case => {
    // Jitter of 0.2, 2 and 20 ms: about one hop, one write, one buffer.
    const linkJitterUs = Math.max(knobs.linkJitterUs, [200, 2_000, 20_000][index % 3]!);
    return { ...drawn, knobs: { ...knobs, linkJitterUs }, seed: `${shrunk.seed}~${index + 1}` };
  });
  return [...first, ...seeds];
}

const VARIANTS = 16;
