import type { JournalEntry } from "../../kernel/journal.ts";

/**
 * A recording as a log for ShiViz: every event of a process with its vector clock, so that the space-time diagram shows
 * what could have known of what. What disks and other devices did is left out: they send no messages.
 *
 * The first line is the expression that ShiViz reads events with; the second, empty, says that there is one execution.
 * Vector clocks: Fidge 1988, Mattern 1989.
 */
export function shivizLog(entries: readonly JournalEntry[]): string {
  const clocks = new Map<string, Map<string, number>>();
  const sent = new Map<string, ReadonlyMap<string, number>>();
  const lines: string[] = [parser, ""];
  for (const { atUs, owner, what, detail = {} } of entries) {
    if (what.startsWith("disk.") || what.startsWith("machine.")) continue;
    const clock = clocks.get(owner) ?? new Map<string, number>();
    clocks.set(owner, clock);
    const message = detail["message"];
    if (what === "message.receive" && typeof message === "string") merge(clock, sent.get(message));
    clock.set(owner, (clock.get(owner) ?? 0) + 1);
    if (what === "message.send" && typeof message === "string") sent.set(message, new Map(clock));
    const words = Object.entries(detail).flatMap(([name, value]) => (name === "message" ? [] : [`${name}=${value}`]));
    lines.push(`${owner} ${JSON.stringify(Object.fromEntries(clock))}`);
    lines.push([what, ...words, `at ${(atUs / 1000).toFixed(3)} ms`].join(" ").replaceAll("\n", " "));
  }
  return `${lines.join("\n")}\n`;
}

const parser = String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`;

function merge(clock: Map<string, number>, other: ReadonlyMap<string, number> | undefined): void {
  for (const [owner, count] of other ?? []) clock.set(owner, Math.max(count, clock.get(owner) ?? 0));
}
