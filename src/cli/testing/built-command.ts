import { spawn, type ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

/** The built command line as a user runs it: a process of its own in a folder of its own. */
export const builtCommand = fileURLToPath(new URL("../../../dist/src/cli/millrace.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly wallMs: number;
}

/** Runs to its end; `meanwhile` gets the process as soon as it is started. */
export function millrace(
  args: readonly string[],
  cwd: string,
  meanwhile?: (child: ChildProcess) => void,
): Promise<Ended> {
  return program(process.execPath, [builtCommand, ...args], cwd, meanwhile);
}

export function program(
  command: string,
  args: readonly string[],
  cwd: string,
  meanwhile?: (child: ChildProcess) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const env = { ...process.env, NO_COLOR: "1", CI: "1" };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
    child.once("error", reject);
    child.once("close", code => resolve({ code, out, err, wallMs: Math.round(performance.now() - startMs) }));
    meanwhile?.(child);
  });
}
