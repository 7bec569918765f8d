import { fork, spawn, type ChildProcess } from "node:child_process";
import { STANDARD_ERROR } from "./worker-protocol.ts";

/**
 * Processes that run programs of ours: worker processes that are talked to, and this very command once more in a process
 * that was started otherwise. It owns how they are started and, for the latter, that they end as one with this process.
 */

/**
 * Options of V8 for processes that play cases. There is one such process for each core, so what helper threads do beside
 * one is taken from another: each keeps to its own thread, and what counts is the sum of the work.
 *
 * - A case makes some 4 to 20 MB of short-lived objects, and its world lives to its end. With a young generation of the
 *   default size a world is copied while it lives, then promoted, and collected once more from the old generation; here
 *   most worlds are over before there is a collection. Sizes are in MiB. Nor may compiled code make objects old at once
 *   because their like has lived long in the cases before: when they are dead they hold, until the next full collection,
 *   the world that they were part of.
 * - A case runs each line of a whole cluster a few times, so that much is compiled for little. V8 may copy into a function
 *   a quarter of what it would copy of others by default: 300 cases cost the same, 1,000 cost 4 % less than where a
 *   function has to earn its compilation four times over, too.
 */
export const playingFlags: readonly string[] = [
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
  "--no-allocation-site-pretenuring",
  "--single-threaded",
  "--max-inlined-bytecode-size-cumulative=230",
];

/** A worker process; what is said to it and what it answers is worker-protocol.ts. */
export function forkWorker(script: string): ChildProcess {
  return fork(script, {
    execArgv: [...playingFlags, ...process.execArgv],
    serialization: "advanced",
    stdio: ["ignore", STANDARD_ERROR, "inherit", "ipc"],
  });
}

/** Runs a program of ours and waits for it; its exit code. The terminal sends an interrupt to both: what it answers is ours. */
export function runProgram(
  script: string,
  args: readonly string[],
  { nodeFlags, env }: { readonly nodeFlags: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, ...nodeFlags, script, ...args], {
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 3));
    });
  });
}
