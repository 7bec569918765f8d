import { Misuse } from "../explore/misuse.ts";

/**
 * Commands under a planted bug. The bug is planted by a module hook when modules are loaded, so the command starts
 * itself again in a process of its own with that hook.
 */
export function plantedMutant(): string | undefined {
  return process.env["MILLRACE_MUTANT"];
}

export function withMutant(name: string): Promise<number> {
  throw new Misuse(`There is no mutant "${name}".`);
}
