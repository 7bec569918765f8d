import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "../kernel/journal.ts";
import type { Case } from "../world/case.ts";
import { STANDARD_ERROR, type WorkerAnswer, type WorkerOrder } from "./worker-protocol.ts";

/**
 * What can be learnt of a case that took its worker along: what the case was, and, when it is played once more by a worker
 * that writes each event down before the next one, the last event before the thread was gone. The parent itself never
 * touches such a case.
 */
export async function autopsyOf(index: number, options: AutopsyOptions): Promise<Autopsy> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-trace-"));
  const file = join(folder, "events.jsonl");
  const worker = fork(options.script, {
    serialization: "advanced",
    stdio: ["ignore", STANDARD_ERROR, "inherit", "ipc"],
  });
  const orders: readonly WorkerOrder[] = [
    { kind: "setup", setup: options.setup },
    { kind: "trace", index, file, play: options.play },
  ];
  try {
    let played: Case | undefined;
    const ended = await new Promise<boolean>(resolve => {
      let watch: NodeJS.Timeout | undefined;
      const end = (byItself: boolean): void => {
        clearTimeout(watch);
        resolve(byItself);
      };
      worker.on("message", message => {
        const answer = message as WorkerAnswer;
        if (answer.kind === "traced") return end(true);
        if (answer.kind === "refused") return end(false);
        if (answer.kind === "case") played = answer.played;
        clearTimeout(watch);
        watch = setTimeout(() => end(false), options.quietMs);
      });
      worker.once("exit", () => end(false));
      for (const order of orders) worker.send(order);
    });
    return { played, lastEvent: ended ? undefined : lastLine(file) };
  } finally {
    worker.removeAllListeners();
    worker.on("error", () => {});
    worker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Autopsy {
  /** Undefined: it was lost before its case was made, in the pilot flight over a calm sea. */
  readonly played: Case | undefined;
  /** Undefined: this time it came to an end. */
  readonly lastEvent: string | undefined;
}

export interface AutopsyOptions {
  readonly script: string;
  readonly setup: unknown;
  /** Whether to play it again, too. */
  readonly play: boolean;
  /** A worker that says nothing for so long stands still. */
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
