import { runProgram } from "../own-process.ts";

/**
 * Runs a program of ours again, in a process of its own, with a mutant planted: there is no switch in the code that is
 * mutated.
 */
export function spawnWithMutant(name: string, script: string, args: readonly string[]): Promise<number> {
  return runProgram(script, args, { nodeFlags: ["--import", startUrl], env: { [mutantVariable]: name } });
}

/** Names the mutant that this process carries, for those who must tell: reports and failure files. */
export function plantedMutantName(): string | undefined {
  return process.env[mutantVariable];
}

export const mutantVariable = "MILLRACE_MUTANT";

const startUrl = new URL("./plant-at-start.js", import.meta.url).href;
