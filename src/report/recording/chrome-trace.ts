import type { JournalEntry } from "../../kernel/journal.ts";

/**
 * A recording in the Trace Event Format of Chrome and Perfetto: a track for each role and device, lives and checkpoints
 * as spans, messages as arrows. Times are virtual microseconds.
 *
 * Format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
 */
export function chromeTrace(entries: readonly JournalEntry[]): string {
  const tracks = new Map<string, number>();
  const lives = new Map<string, JournalEntry>();
  const events: TraceEvent[] = [];
  const trackOf = (owner: string): number => {
    const known = tracks.get(owner);
    if (known !== undefined) return known;
    tracks.set(owner, tracks.size + 1);
    return tracks.size;
  };
  const endUs = entries.at(-1)?.atUs ?? 0;
  for (const entry of entries) {
    const track = trackOf(entry.owner);
    if (entry.what === "process.started") lives.set(entry.owner, entry);
    else if (lifeEnds.has(entry.what)) {
      const begun = lives.get(entry.owner);
      if (begun !== undefined) events.push(lifeOf(begun, entry.atUs, track));
      lives.delete(entry.owner);
    }
    events.push(...eventsOf(entry, track));
  }
  for (const [owner, begun] of lives) events.push(lifeOf(begun, endUs, trackOf(owner)));
  const names = [...tracks].map(([owner, tid]) => ({ name: "thread_name", ph: "M", pid, tid, args: { name: owner } }));
  return `${JSON.stringify({ displayTimeUnit: "ms", traceEvents: [...names, ...events] })}\n`;
}

function eventsOf({ atUs: ts, what, detail = {} }: JournalEntry, tid: number): TraceEvent[] {
  const { message, checkpoint } = detail;
  if (message !== undefined) {
    const name = String(detail["method"]);
    // An arrow begins and ends at spans, so each end of a message is one, of no length to speak of.
    const arrow = what === "message.send" ? { ph: "s" } : { ph: "f", bp: "e" };
    return [
      { name, cat: "message", ph: "X", pid, tid, ts, dur: 1, args: detail },
      { name, cat: "message", ...arrow, pid, tid, ts, id: String(message) },
    ];
  }
  const point: TraceEvent = { name: what, cat: categoryOf(what), ph: "i", s: "t", pid, tid, ts, args: detail };
  const edge = checkpointEdges.get(what);
  if (edge === undefined || checkpoint === undefined) return [point];
  const span = { name: `checkpoint ${checkpoint}`, cat: "checkpoint", ph: edge, pid, tid, ts, id: `${checkpoint}` };
  return [point, span];
}

function lifeOf(begun: JournalEntry, endUs: number, tid: number): TraceEvent {
  const name = `life ${begun.detail?.["life"] ?? ""}`.trim();
  return { name, cat: "process", ph: "X", pid, tid, ts: begun.atUs, dur: Math.max(1, endUs - begun.atUs), args: {} };
}

function categoryOf(what: string): string {
  return what.split(".", 1)[0]!;
}

/** One event as the format wants it: `ph` is its kind, `ts` and `dur` are microseconds, `tid` is the track. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  readonly s?: string;
  readonly bp?: string;
  readonly args?: unknown;
}

/** All tracks belong to one "process", the run. */
const pid = 1;

const lifeEnds: ReadonlySet<string> = new Set(["process.killed", "process.crashed", "process.exited"]);

const checkpointEdges: ReadonlyMap<string, string> = new Map([
  ["checkpoint.trigger", "b"],
  ["checkpoint.complete", "e"],
  ["checkpoint.abort", "e"],
]);
