import { spawn, type ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { NotHeld } from "./proof.ts";

/** The built command line as a user runs it: a process of its own in a folder of its own. */
export const builtCommand = fileURLToPath(new URL("../../dist/src/cli/millrace.js", import.meta.url));

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

/** The one document on standard output. */
export function documentOf<T>({ code, out, err }: Ended): T {
  try {
    return JSON.parse(out) as T;
  } catch {
    throw new NotHeld(`no JSON document on standard output (exit code ${code}): ${err.trim().slice(-400)}`);
  }
}

/** What proofs read of `explore --json`. */
export interface ExploreDocument {
  readonly digest: string;
  readonly runs: number;
  readonly passed: number;
  readonly violated: number;
  readonly stuck: number;
  readonly vacuous: number;
  readonly exhausted: number;
  readonly broken: number;
  readonly wallMs: number;
  readonly ended: string;
  readonly recoveries: Readonly<Record<"withState" | "withPendingCommit" | "fromCheckpoint", number>>;
  readonly faults: Readonly<Record<string, { readonly injected: number; readonly effective: number }>>;
  readonly determinism: { readonly checked: number; readonly mismatches: number };
  readonly failures: readonly {
    readonly file: string;
    readonly signature: string;
    readonly claim: string;
    readonly case: number;
    readonly scenario: string;
    readonly planLength: number;
    readonly originalPlanLength: number;
    readonly shrinkRuns: number;
    readonly message: string;
  }[];
}

/** Every case has exactly one outcome. */
export function addsUp(report: ExploreDocument): boolean {
  const { passed, violated, stuck, vacuous, exhausted, broken } = report;
  return passed + violated + stuck + vacuous + exhausted + broken === report.runs;
}
