import { fileURLToPath } from "node:url";
import { loadMutant, mutantNames } from "../explore/mutant/mutant-catalog.ts";
import { plantedMutantName, spawnWithMutant } from "../explore/mutant/spawn-with-mutant.ts";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";

/**
 * Commands under a planted bug. The bug is planted while modules are loaded, so the command starts itself again in a
 * process of its own; there it finds the mutant planted and goes on.
 */
export function isPlanted(mutant: string): boolean {
  return plantedMutantName() === mutant;
}

/** The same command line with the mutant planted; its exit code. */
export async function withMutant(mutant: string): Promise<number> {
  if ((await loadMutant(mutant)) === undefined) {
    throw new Misuse(`There is no mutant "${mutant}". ${suggestion(mutant, await mutantNames())}`);
  }
  return spawnWithMutant(mutant, fileURLToPath(new URL("./millrace.js", import.meta.url)), process.argv.slice(2));
}
