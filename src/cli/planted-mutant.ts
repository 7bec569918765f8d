import { Misuse } from "../explore/misuse.ts";
import { mutantNames } from "../explore/mutant/mutant-catalog.ts";
import { plantedMutantName, spawnWithMutant } from "../explore/mutant/spawn-with-mutant.ts";
import { suggestion } from "../explore/nearest-name.ts";

/**
 * Commands under a planted bug. The bug is planted by a module hook when modules are loaded, so the command starts
 * itself again in a process of its own with that hook.
 */
export function plantedMutant(): string | undefined {
  return plantedMutantName();
}

/** The exit code of this very command, under the mutant. */
export async function withMutant(name: string): Promise<number> {
  const names = await mutantNames();
  if (!names.includes(name)) throw new Misuse(`There is no mutant "${name}". ${suggestion(name, names)}`);
  return spawnWithMutant(name, process.argv[1]!, process.argv.slice(2));
}
