import { expect, test } from "vitest";
import type { DiskObservation, Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";
import { beginSuite } from "../suite.ts";
import { syncedSurvives } from "./si-4-synced-survives.ts";

const lostPower: Observation = { kind: "machine", atUs: 2, machine: "m", what: "power-loss" };
const powerOn: Observation = { kind: "machine", atUs: 3, machine: "m", what: "power-on" };
const safe = [did("create", "/d/wal"), wrote("/d/wal", 0, "abc"), did("sync", "/d/wal"), did("sync-directory", "/d")];

test("what was synced and is there holds", () => {
  expect(judge([...safe, wrote("/d/wal", 3, "unsynced"), lostPower, powerOn], { "/d/wal": "abc" })).toEqual({
    violations: 0,
    checked: 1,
  });
});

test("a synced file that is gone is a violation", () => {
  expect(judge([...safe, lostPower, powerOn], {})).toEqual({ violations: 1, checked: 1 });
});

test.each(["coord", "broker", "dfs1"])("what %s has synced is claimed as well", role => {
  const own = safe.map(operation => ({ ...operation, role }));
  expect(judge([...own, lostPower, powerOn], {})).toEqual({ violations: 1, checked: 1 });
});

test("synced bytes that have changed are a violation", () => {
  expect(judge([...safe, lostPower, powerOn], { "/d/wal": "abX" })).toEqual({ violations: 1, checked: 1 });
});

test("a synced file that is shorter than its synced part is a violation", () => {
  expect(judge([...safe, lostPower, powerOn], { "/d/wal": "ab" })).toEqual({ violations: 1, checked: 1 });
});

test("nothing is claimed of what was not synced, of either kind", () => {
  const noSync = [did("create", "/d/wal"), wrote("/d/wal", 0, "abc"), did("sync-directory", "/d")];
  const noEntry = [did("create", "/d/wal"), wrote("/d/wal", 0, "abc"), did("sync", "/d/wal")];
  expect(judge([...noSync, powerOn], {}).checked).toBe(0);
  expect(judge([...noEntry, powerOn], {}).checked).toBe(0);
});

test("a renamed file is claimed once its new entry is synced", () => {
  const renamed = [...safe, did("rename", "/d/wal", "/d/log")];
  expect(judge([...renamed, powerOn], {})).toEqual({ violations: 0, checked: 0 });
  expect(judge([...renamed, did("sync-directory", "/d"), powerOn], { "/d/log": "abc" })).toEqual({
    violations: 0,
    checked: 1,
  });
});

test("bytes that were overwritten after the sync are not claimed", () => {
  expect(judge([...safe, wrote("/d/wal", 1, "XY"), powerOn], { "/d/wal": "aXc" })).toEqual({
    violations: 0,
    checked: 1,
  });
  expect(judge([...safe, wrote("/d/wal", 1, "XY"), powerOn], { "/d/wal": "zXc" })).toEqual({
    violations: 1,
    checked: 1,
  });
});

test("bytes before the end of a truncated file are still claimed", () => {
  const cut: DiskObservation = { ...did("truncate", "/d/wal"), position: 2 };
  expect(judge([...safe, cut, powerOn], { "/d/wal": "ab" })).toEqual({ violations: 0, checked: 1 });
  expect(judge([...safe, cut, powerOn], { "/d/wal": "zb" })).toEqual({ violations: 1, checked: 1 });
});

function judge(history: readonly Observation[], disk: Readonly<Record<string, string>>) {
  const setting = {
    durable: () => ({
      read: (path: string) => (disk[path] === undefined ? undefined : bytesOf(disk[path])),
      list: () => Object.keys(disk),
    }),
  } as unknown as Setting;
  const suite = beginSuite([syncedSurvives], setting);
  for (const observation of history) suite.on(observation);
  const { checked, violated } = suite.counts()["SI-4"]!;
  return { violations: violated, checked };
}

function did(operation: DiskObservation["operation"], path: string, to?: string): DiskObservation {
  return { kind: "disk", atUs: 1, machine: "m", role: "dfs0", operation, path, ...(to === undefined ? {} : { to }) };
}

function wrote(path: string, position: number, text: string): DiskObservation {
  return { ...did("write", path), position, bytes: bytesOf(text) };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
