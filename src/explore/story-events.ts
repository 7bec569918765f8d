import type { JournalEntry } from "../kernel/journal.ts";

/**
 * What of a recorded run a story tells: the faults with the protocol's steps around them, the last steps before the end,
 * and who held what then. It chooses and says; the story's form is story.ts.
 */
export function stepsAround(entries: readonly JournalEntry[], linesMax: number): readonly string[] {
  const told = withoutEchoes(entries.filter(entry => isFault(entry) || protocolSteps.has(entry.what)));
  const faults = told.flatMap((entry, index) => (isFault(entry) ? [index] : []));
  const wanted = new Set(faults.slice(0, linesMax - 2));
  // What the job went on from after them explains most of what comes out wrong.
  const resumed = told.findLastIndex(entry => entry.what === "job.running");
  if (faults.length > 0 && resumed > faults[0]! && wanted.size < linesMax) wanted.add(resumed);
  // What happened just before a fault and just after it matters most, then the end, then what lies further away.
  for (let distance = 1; wanted.size < linesMax && distance <= 3; distance++) {
    if (wanted.size < linesMax) wanted.add(told.length - distance);
    for (const index of faults) {
      if (wanted.size < linesMax) wanted.add(index - distance);
      if (wanted.size < linesMax) wanted.add(index + distance);
    }
  }
  // A short story has room for more of how it came to its end.
  for (let index = told.length - 1; index >= 0 && wanted.size < linesMax; index--) wanted.add(index);
  return [...wanted]
    .filter(index => index >= 0 && index < told.length)
    .sort((a, b) => a - b)
    .map(index => sayStep(told[index]!));
}

/** The newest complete checkpoint, what the job last went on from, and what was prepared and never committed. */
export function holdings(entries: readonly JournalEntry[]): string {
  const complete = entries.findLast(entry => entry.what === "checkpoint.complete")?.detail?.["checkpoint"];
  const running = entries.findLast(entry => entry.what === "job.running");
  const restored = running?.detail?.["restored"] ?? 0;
  const prepared = new Map<string, string>();
  for (const { what, detail = {} } of entries) {
    const key = `${detail["subtask"]} ${detail["checkpoint"]}`;
    if (what === "sink.precommit") prepared.set(key, `${detail["subtask"]} for ${detail["checkpoint"]}`);
    if (what === "sink.commit") prepared.delete(key);
  }
  const newest =
    complete === undefined ? "no checkpoint was complete" : `checkpoint ${complete} was the newest complete one`;
  const attempt =
    running === undefined
      ? "the job never ran"
      : `attempt ${running.detail?.["attempt"]} went on from ${restoredFrom(restored)}`;
  const open = [...prepared.values()];
  const waiting =
    open.length === 0
      ? "nothing prepared was left uncommitted"
      : `prepared and not committed: ${open.slice(-3).join(", ")}${open.length > 3 ? ` and ${open.length - 3} more` : ""}`;
  return `At the end ${newest}; ${attempt}; ${waiting}.`;
}

function isFault({ what }: JournalEntry): boolean {
  return what === "fault.fire";
}

/** Several subtasks take the same step of one checkpoint: the first of a row speaks for all. */
function withoutEchoes(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.filter(({ what, detail, owner }, index) => {
    const before = entries[index - 1];
    if (before?.what !== what || what === "fault.fire") return true;
    return what.startsWith("process.")
      ? before.owner !== owner
      : before.detail?.["checkpoint"] !== detail?.["checkpoint"];
  });
}

function sayStep({ atUs, owner, what, detail = {} }: JournalEntry): string {
  const at = `${(atUs / 1000).toFixed(1)} ms`.padStart(12);
  if (what === "fault.fire") return `${at}  ✗ ${detail["kind"]} ${detail["target"]}`;
  const words = [
    detail["subtask"],
    detail["checkpoint"] === undefined ? undefined : `checkpoint ${detail["checkpoint"]}`,
    detail["attempt"] === undefined ? undefined : `attempt ${detail["attempt"]}`,
    detail["restored"] === undefined ? undefined : `from ${restoredFrom(detail["restored"])}`,
    detail["cause"] ?? detail["reason"],
  ].filter(word => word !== undefined);
  const line = `${at}    ${owner.padEnd(6)} ${what} ${words.join(", ")}`.trimEnd().split("\n", 1)[0]!;
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX - 1)}…` : line;
}

/** Checkpoint ids begin with 1. */
function restoredFrom(checkpoint: unknown): string {
  return checkpoint === 0 ? "the beginning" : `checkpoint ${checkpoint}`;
}

const LINE_MAX = 140;

const protocolSteps: ReadonlySet<string> = new Set([
  "leader.elect",
  "job.running",
  "job.restart",
  "job.finished",
  "job.failed",
  "checkpoint.trigger",
  "barrier.align",
  "sink.precommit",
  "checkpoint.ack",
  "metadata.write",
  "checkpoint.complete",
  "checkpoint.abort",
  "sink.commit",
  "task.failed",
  "process.started",
  "process.killed",
  "process.crashed",
  "process.paused",
  "process.resumed",
]);
