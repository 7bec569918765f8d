import { expect, test } from "vitest";
import type { JournalEntry } from "../../kernel/journal.ts";
import { recordingFormats } from "./recording-format.ts";

const entries: readonly JournalEntry[] = [
  { atUs: 0, owner: "jm0", what: "process.started", detail: { life: 0 } },
  { atUs: 0, owner: "tm0", what: "process.started", detail: { life: 0 } },
  { atUs: 10, owner: "jm0", what: "checkpoint.trigger", detail: { checkpoint: 1 } },
  { atUs: 10, owner: "jm0", what: "message.send", detail: { method: "checkpoint.trigger", to: "tm0", message: "1.1" } },
  { atUs: 12, owner: "tm0", what: "snapshot.sync", detail: { subtask: "sum[0]", checkpoint: 1 } },
  {
    atUs: 30,
    owner: "tm0",
    what: "message.receive",
    detail: { method: "checkpoint.trigger", from: "jm0", message: "1.1" },
  },
  { atUs: 40, owner: "disk:tm0", what: "disk.write", detail: { role: "tm0" } },
  { atUs: 50, owner: "tm0", what: "process.killed", detail: { life: 0 } },
  { atUs: 60, owner: "jm0", what: "checkpoint.abort", detail: { checkpoint: 1 } },
];

function written(name: string): string {
  return recordingFormats[name]!.write(entries);
}

test("JSON lines hold every entry, numbered from 1", () => {
  const lines = written("jsonl").trimEnd().split("\n");
  expect(lines.map(line => JSON.parse(line) as unknown)).toEqual(
    entries.map((entry, index) => ({ event: index + 1, ...entry })),
  );
});

test("a trace has a track for each owner, lives and checkpoints as spans, messages as arrows", () => {
  const { traceEvents } = JSON.parse(written("chrome")) as { traceEvents: Record<string, unknown>[] };
  const named = (name: string) => traceEvents.filter(event => event["name"] === name);
  expect(named("thread_name").map(event => event["args"])).toEqual([
    { name: "jm0" },
    { name: "tm0" },
    { name: "disk:tm0" },
  ]);
  expect(named("life 0").map(({ ts, dur, tid }) => [tid, ts, dur])).toEqual([
    [2, 0, 50],
    [1, 0, 60],
  ]);
  expect(named("checkpoint 1").map(({ ph, ts }) => [ph, ts])).toEqual([
    ["b", 10],
    ["e", 60],
  ]);
  const arrows = traceEvents.filter(({ ph }) => ph === "s" || ph === "f");
  expect(arrows.map(({ ph, id, tid }) => [ph, id, tid])).toEqual([
    ["s", "1.1", 1],
    ["f", "1.1", 2],
  ]);
});

test("a ShiViz log has vector clocks in which what was received follows what was sent", () => {
  const lines = written("shiviz").trimEnd().split("\n");
  const parser = new RegExp(lines[0]!, "g");
  const events = [...lines.slice(2).join("\n").matchAll(parser)].map(({ groups }) => ({
    host: groups!["host"],
    clock: JSON.parse(groups!["clock"]!) as Record<string, number>,
    event: groups!["event"]!,
  }));
  const found = (what: string) => events.find(({ event }) => event.startsWith(what))!;
  expect(found("message.send").clock).toEqual({ jm0: 3 });
  expect(found("snapshot.sync").clock).toEqual({ tm0: 2 });
  expect(found("message.receive").clock).toEqual({ jm0: 3, tm0: 3 });
  expect(events).toHaveLength(entries.length - 1);
});
