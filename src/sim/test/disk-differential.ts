import fc from "fast-check";
import { deepStrictEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeDisk } from "../../host/node/node-disk.ts";
import { callsIn, openedBy, overlappingScript, playScript, type DiskStep } from "./disk-script.ts";
import { diskStory } from "./disk-story.ts";

/**
 * Plays random scripts on a simulated disk and on a real one below a temporary folder, and throws where their results or
 * errors differ. It owns the comparison and its statistics; what the scripts do is disk-script.ts's.
 */
export async function compareDisks(numRuns: number): Promise<DiskStatistics> {
  const lengths: number[] = [];
  const descriptors: number[] = [];
  const counts = { steps: 0, errors: 0, overlaps: 0 };
  await fc.assert(
    fc.asyncProperty(overlappingScript, async script => {
      const real = await onRealDisk(script);
      deepStrictEqual(await onSimulatedDisk(script), real);
      counts.steps += script.length;
      counts.overlaps += script.filter(step => step.do === "together").length;
      counts.errors += real.filter(line => /: E[A-Z]+$/.test(line)).length;
      lengths.push(callsIn(script));
      descriptors.push(openedBy(script, real));
    }),
    { numRuns, seed: 20_240_601 },
  );
  return {
    sequences: numRuns,
    medianCalls: median(lengths),
    medianDescriptors: median(descriptors),
    errorPerMille: Math.round((1_000 * counts.errors) / counts.steps),
    overlaps: counts.overlaps,
  };
}

export interface DiskStatistics {
  readonly sequences: number;
  readonly medianCalls: number;
  /** Open at the same time, at most. */
  readonly medianDescriptors: number;
  /** Steps that failed, of a thousand. */
  readonly errorPerMille: number;
  readonly overlaps: number;
}

async function onSimulatedDisk(script: readonly DiskStep[]): Promise<string[]> {
  let seen: string[] = [];
  const run = async (disk: Parameters<typeof playScript>[0]): Promise<void> => {
    seen = await playScript(disk, script);
  };
  const story = await diskStory({ seed: "differential", lives: [{ run }] });
  if (story.errors.length > 0) throw story.errors[0];
  story.disk.dispose();
  return seen;
}

async function onRealDisk(script: readonly DiskStep[]): Promise<string[]> {
  const root = await mkdtemp(join(temporary, "millrace-script-"));
  try {
    return await playScript(new NodeDisk(root), script);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** A file system in memory answers an fsync at once; which one it is does not matter to what is compared. */
const temporary = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
