import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { offStage } from "../kernel/fence/stage.ts";
import type { JournalEntry } from "../kernel/journal.ts";
import type { Case } from "../world/case.ts";
import { CaseLine, type CaseLineOptions } from "../explore/case-line.ts";
import type { RecordedTarget } from "../explore/failure-recorder.ts";
import { Pilots } from "../explore/pilots.ts";
import type { PilotFlown, WorkerAnswer, WorkerOrder } from "../explore/worker-protocol.ts";
import type { WorkerSetup } from "./explore-campaign.ts";
import { openSession, targetsOf } from "./session.ts";

/**
 * A worker process of a campaign: plays the indices that its parent sends, one after the other. It owns nothing else:
 * counting, shrinking and writing are the parent's.
 */
const ALIVE_EVERY_MS = 1_000;

let targets: readonly RecordedTarget[] = [];
let lineOptions: CaseLineOptions | undefined;
let line: CaseLine | undefined;
let last: Promise<void> = Promise.resolve();
const pilots = new Pilots((name, pilot) => answer({ kind: "pilot", name, pilot }));

process.on("message", (order: WorkerOrder) => {
  // At once: the case that waits for its turn may be of that scenario.
  if (order.kind === "pilot") return pilots.learn(order.name, order.pilot);
  last = last.then(() => obey(order));
});
// Ctrl-C reaches the whole process group: the parent decides what is still played.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
// A run gives the thread back after each slice of some milliseconds: who is silent for long stands still.
setInterval(() => answer({ kind: "alive" }), ALIVE_EVERY_MS).unref();

async function obey(order: Exclude<WorkerOrder, PilotFlown>): Promise<void> {
  try {
    if (order.kind === "setup") {
      const setup = order.setup as WorkerSetup;
      targets = await targetsOf(await openSession(), setup.targets);
      lineOptions = setup.line;
      line = new CaseLine(targets, lineOptions, pilots);
      answer({ kind: "ready" });
      return;
    }
    if (order.kind === "trace") return await trace(order.index, order.file, order.play);
    const run = await line!.play(order.index);
    answer({ kind: "played", run });
  } catch (error) {
    answer({ kind: "refused", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Each event is on the disk before what follows it can take the thread; the pilot's events, too. */
async function trace(index: number, path: string, play: boolean): Promise<void> {
  const file = openSync(path, "a");
  const onEntry = (entry: JournalEntry): void => {
    offStage(() => writeSync(file, `${JSON.stringify(entry)}\n`));
  };
  const traced = targets.map(target => ({
    ...target,
    player: { play: (played: Case) => target.player.play(played, { record: true, onEntry }) },
  }));
  const tracedLine = new CaseLine(traced, lineOptions!);
  const played = await tracedLine.caseOf(index);
  await new Promise(resolve => process.send?.({ kind: "case", played } satisfies WorkerAnswer, resolve));
  ftruncateSync(file);
  if (play) await tracedLine.target(index).player.play(played);
  closeSync(file);
  answer({ kind: "traced" });
}

function answer(words: WorkerAnswer): void {
  process.send?.(words);
}
