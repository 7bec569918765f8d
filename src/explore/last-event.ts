import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "../kernel/journal.ts";
import type { WorkerAnswer, WorkerOrder } from "./worker-protocol.ts";

/**
 * Plays a case that has blocked its thread once more, in a worker that writes each event down before the next one, and
 * says the last of them. Undefined: this time it came to an end.
 */
export async function lastEventOf(index: number, options: TraceOptions): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-trace-"));
  const file = join(folder, "events.jsonl");
  const worker = fork(options.script, { serialization: "advanced", stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const orders: readonly WorkerOrder[] = [
    { kind: "setup", setup: options.setup },
    { kind: "trace", index, file },
  ];
  try {
    const ended = await new Promise<boolean>(resolve => {
      let quiet: NodeJS.Timeout | undefined;
      let size = -1;
      const look = (): void => {
        const now = existsSync(file) ? statSync(file).size : 0;
        if (now === size) return resolve(false);
        size = now;
        quiet = setTimeout(look, options.quietMs);
      };
      worker.on("message", message => {
        const { kind } = message as WorkerAnswer;
        if (kind === "ready") look();
        else resolve(true);
      });
      worker.once("exit", () => resolve(false));
      worker.once("close", () => clearTimeout(quiet));
      for (const order of orders) worker.send(order);
    });
    return ended ? undefined : lastLine(file);
  } finally {
    worker.removeAllListeners("exit");
    worker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface TraceOptions {
  readonly script: string;
  readonly setup: unknown;
  /** A worker that reports nothing for so long stands still. */
  readonly quietMs: number;
}

/** A line that was cut short by the end of its writer is none. */
function lastLine(file: string): string {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const last = lines.at(-1);
  if (last === undefined) return "none: it stood still before anything happened";
  const { atUs, owner, what, detail = {} } = JSON.parse(last) as JournalEntry;
  const words = Object.entries(detail).map(([name, value]) => ` ${name} ${value}`);
  return `${lines.length}, at ${(atUs / 1000).toFixed(3)} ms: ${owner} ${what}${words.join("")}`;
}
