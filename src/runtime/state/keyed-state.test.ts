import fc from "fast-check";
import { expect, test } from "vitest";
import type { Key } from "../api/key.ts";
import { keyGroupOf, keyGroupRange, ownerOf } from "../graph/key-groups.ts";
import { KeyedState } from "./keyed-state.ts";
import { StateFileError, StateFileWriter, verifyStateFile } from "./state-file.ts";
import { readStateFile } from "./state-reader.ts";

const MAX = 16;

/** The subtasks of one operator of some parallelism. */
function operator(parallelism: number): KeyedState[] {
  return Array.from({ length: parallelism }, (_, i) => new KeyedState("sum", keyGroupRange(i, parallelism, MAX), MAX));
}

function put(subtasks: readonly KeyedState[], key: Key, value: unknown): void {
  const state = subtasks[ownerOf(keyGroupOf(key, MAX), MAX, subtasks.length)]!;
  state.setCurrentKey(key);
  state.valueState("value").update(value);
}

function snapshot(state: KeyedState) {
  const writer = new StateFileWriter();
  const keyGroups = state.snapshot(writer) ?? [];
  return { keyGroups, file: writer.finish() };
}

function contents(subtasks: readonly KeyedState[]): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const state of subtasks) {
    state.forEach("value", (key, value) => {
      expect(all.has(JSON.stringify(key))).toBe(false);
      all.set(JSON.stringify(key), value);
    });
  }
  return all;
}

const values = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.record({ cents: fc.maxSafeInteger(), parts: fc.array(fc.bigInt()) }),
);
const keys = fc.oneof(fc.string(), fc.integer(), fc.tuple(fc.string(), fc.boolean()));

test("after any rescale every key is in exactly one subtask, with its value (ST-2)", () => {
  const entries = fc.uniqueArray(fc.tuple(keys, values), { selector: ([key]) => JSON.stringify(key), maxLength: 30 });
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (given, from, to) => {
      const before = operator(from);
      for (const [key, value] of given) put(before, key, value);
      const after = operator(to);
      for (const old of before) {
        const { keyGroups, file } = snapshot(old);
        for (const state of after) state.restore(keyGroups, () => file!);
      }
      expect(contents(after)).toEqual(contents(before));
      expect(contents(after).size).toBe(given.length);
    }),
  );
});

test("a value that changes after the snapshot does not change in it (ST-1)", () => {
  const [state] = operator(1);
  const value = { cents: 1, parts: [1] };
  put([state!], "ann", value);
  const { file } = snapshot(state!);
  value.cents = 2;
  value.parts.push(2);
  expect(readStateFile(file!)).toEqual([
    { operator: "sum", keyGroup: keyGroupOf("ann", MAX), state: "value", key: "ann", value: { cents: 1, parts: [1] } },
  ]);
});

test("a key that was cleared is gone from the next snapshot", () => {
  const [state] = operator(1);
  put([state!], "ann", 1);
  state!.valueState("value").clear();
  expect(snapshot(state!)).toEqual({ keyGroups: [], file: undefined });
});

test("a key of another subtask's range is refused by name", () => {
  const [first] = operator(2);
  const foreign = Array.from({ length: 100 }, (_, i) => i).find(key => ownerOf(keyGroupOf(key, MAX), MAX, 2) === 1)!;
  first!.setCurrentKey(foreign);
  expect(() => first!.valueState("value").update(1)).toThrow(/must give the same key for the same record/);
});

test("undefined is no value, and names with $ are the runtime's own", () => {
  const [state] = operator(1);
  expect(() => put([state!], "ann", undefined)).toThrow(/clear\(\)/);
  expect(() => state!.valueState("$mine")).toThrow(/does not begin with/);
});

test("a state file that was damaged anywhere is refused", () => {
  const [state] = operator(1);
  put([state!], "ann", { cents: 1 });
  const { file } = snapshot(state!);
  verifyStateFile(file!);
  for (let i = 0; i < file!.length; i++) {
    const damaged = file!.slice();
    damaged[i]! ^= 0x10;
    expect(() => verifyStateFile(damaged)).toThrow(StateFileError);
    expect(() => verifyStateFile(file!.subarray(0, i))).toThrow(StateFileError);
  }
});
