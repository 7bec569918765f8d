import { spawn } from "node:child_process";

/**
 * Runs a program of ours again, in a process of its own, with a mutant planted. It owns how that process is started; there
 * is no switch in the code that is mutated.
 */
export function spawnWithMutant(name: string, script: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, "--import", startUrl, script, ...args], {
      stdio: "inherit",
      env: { ...process.env, [mutantVariable]: name },
    });
    // The terminal sends an interrupt to both; the child writes what it has, and its code is ours.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 3));
    });
  });
}

/** Names the mutant that this process carries, for those who must tell: reports and failure files. */
export function plantedMutantName(): string | undefined {
  return process.env[mutantVariable];
}

export const mutantVariable = "MILLRACE_MUTANT";

const startUrl = new URL("./plant-at-start.js", import.meta.url).href;
