import { closeSync, openSync, writeSync } from "node:fs";
import { offStage } from "../kernel/fence/stage.ts";
import type { JournalEntry } from "../kernel/journal.ts";
import { CaseLine } from "../explore/case-line.ts";
import type { WorkerAnswer, WorkerOrder } from "../explore/worker-protocol.ts";
import type { WorkerSetup } from "./explore-campaign.ts";
import { openSession, targetsOf } from "./session.ts";

/**
 * A worker process of a campaign: plays the indices that its parent sends, one after the other. It owns nothing else:
 * counting, shrinking and writing are the parent's.
 */
let line: CaseLine | undefined;
let last: Promise<void> = Promise.resolve();

process.on("message", (order: WorkerOrder) => {
  last = last.then(() => obey(order));
});
// Ctrl-C reaches the whole process group: the parent decides what is still played.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());

async function obey(order: WorkerOrder): Promise<void> {
  try {
    if (order.kind === "setup") {
      const setup = order.setup as WorkerSetup;
      line = new CaseLine(await targetsOf(await openSession(), setup.targets), setup.line);
      answer({ kind: "ready" });
      return;
    }
    if (order.kind === "trace") return await trace(order.index, order.file);
    const run = await line!.play(order.index);
    answer({ kind: "played", run });
  } catch (error) {
    answer({ kind: "refused", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Each event is on the disk before what follows it can take the thread. */
async function trace(index: number, path: string): Promise<void> {
  const file = openSync(path, "a");
  const onEntry = (entry: JournalEntry): void => {
    offStage(() => writeSync(file, `${JSON.stringify(entry)}\n`));
  };
  await line!.target(index).player.play(await line!.caseOf(index), { record: true, onEntry });
  closeSync(file);
  answer({ kind: "traced" });
}

function answer(words: WorkerAnswer): void {
  process.send?.(words);
}
