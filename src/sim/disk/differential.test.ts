import fc from "fast-check";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callsIn, overlappingScript, playScript, type DiskStep } from "../test/disk-script.ts";
import { diskStory } from "../test/disk-story.ts";
import { NodeDisk } from "../../host/node/node-disk.ts";

/** `MILLRACE_DISK_RUNS=10000 npx vitest run src/sim/disk/differential` plays as many as one likes. */
const numRuns = Number(process.env["MILLRACE_DISK_RUNS"] ?? 200);
/** A file system in memory answers an fsync at once; which one it is does not matter to what is compared. */
const temporary = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

test("without faults the simulated disk equals a real one, results and errors alike", async () => {
  const lengths: number[] = [];
  let steps = 0;
  let errors = 0;
  let overlaps = 0;
  await fc.assert(
    fc.asyncProperty(overlappingScript, async script => {
      const real = await onRealDisk(script);
      expect(await onSimulatedDisk(script)).toEqual(real);
      steps += script.length;
      lengths.push(callsIn(script));
      overlaps += script.filter(step => step.do === "together").length;
      errors += real.filter(line => /: E[A-Z]+$/.test(line)).length;
    }),
    { numRuns, seed: 20_240_601 },
  );
  // The property says little when nearly all steps fail, or none.
  expect(errors / steps).toBeGreaterThan(0.1);
  expect(errors / steps).toBeLessThan(0.7);
  expect(lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)]).toBeGreaterThanOrEqual(30);
  expect(overlaps).toBeGreaterThan(numRuns);
}, 600_000);

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
