import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEntry, readFinishedLog, readLog } from "./log-entry.ts";

const batches = fc.array(
  fc.array(fc.record({ n: fc.nat(), text: fc.string({ maxLength: 700, size: "max" }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 4 },
);

function log(entries: readonly unknown[][]): Uint8Array {
  return Buffer.concat(entries.map((records, i) => encodeEntry(i + 1, records)));
}

test("a log reads back what was written, and ends where the next entry goes", () => {
  fc.assert(
    fc.property(batches, entries => {
      const bytes = log(entries);
      const contents = readLog(bytes);
      expect(contents.records).toEqual(entries.flat());
      expect(contents.end).toBe(bytes.length);
      expect(bytes.length % 512).toBe(0);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test("a torn last entry is cut, whatever of it was written, and no other is touched", () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.constantFrom(0, 0xff), (entries, cut, filler) => {
      const bytes = log(entries);
      const whole = log(entries.slice(0, -1));
      const torn = bytes.slice();
      const lastPayloadByte = bytes.findLastIndex(byte => byte !== 0);
      torn.fill(filler, whole.length + (cut % (lastPayloadByte - whole.length)));
      if (Buffer.from(torn).equals(bytes)) return;
      expect(readLog(torn)).toMatchObject({ records: entries.slice(0, -1).flat(), end: whole.length });
      expect(readLog(torn.subarray(0, whole.length + (cut % (lastPayloadByte - whole.length))))).toMatchObject({
        end: whole.length,
      });
    }),
    { numRuns: 100, seed: 2 },
  );
});

test("rot of an entry that others follow is an error, not a shorter log", () => {
  const bytes = log([[1], [2], [3]]);
  bytes[512 + 14]! ^= 1;
  expect(readLog(bytes).damage).toMatch(/damaged at byte \d+/);
});

test("a hole before a second writing of the entry that is missing costs nothing", () => {
  const bytes = Buffer.concat([
    encodeEntry(1, ["a"]),
    new Uint8Array(512),
    encodeEntry(2, ["b"]),
    encodeEntry(3, ["c"]),
  ]);
  expect(readLog(bytes)).toMatchObject({ records: ["a", "b", "c"], end: bytes.length });
});

test("a hole where the last entry was written again, before yet another writing of it, costs nothing", () => {
  const bytes = Buffer.concat([
    encodeEntry(1, ["a"]),
    new Uint8Array(512),
    encodeEntry(1, ["a"]),
    encodeEntry(2, ["b"]),
  ]);
  expect(readLog(bytes)).toMatchObject({ records: ["a", "b"], end: bytes.length });
});

test("an entry that was written twice counts once", () => {
  const bytes = Buffer.concat([encodeEntry(1, ["a"]), encodeEntry(1, ["a"]), encodeEntry(2, ["b"])]);
  expect(readLog(bytes).records).toEqual(["a", "b"]);
});

test("a repetition of anything but the last entry is an error", () => {
  const bytes = Buffer.concat([encodeEntry(1, ["a"]), encodeEntry(2, ["b"]), encodeEntry(1, ["a"])]);
  expect(readLog(bytes).damage).toMatch(/damaged at byte \d+/);
});

test("a log says which lives have written it, a repeated entry included", () => {
  const bytes = Buffer.concat([
    encodeEntry(1, ["a"], 7),
    encodeEntry(2, ["b"], 7),
    encodeEntry(2, ["b"], 9),
    encodeEntry(3, ["c"], 9),
  ]);
  expect(readLog(bytes).lives).toEqual([
    { mark: 7, first: 1, last: 2 },
    { mark: 9, first: 2, last: 3 },
  ]);
});

test("a log that nobody was writing has no torn end", () => {
  const bytes = log([[1], [2]]);
  expect(readFinishedLog(bytes).damage).toBe(undefined);
  bytes[512 + 14]! ^= 1;
  expect(readLog(bytes)).toMatchObject({ records: [1], damage: undefined });
  expect(readFinishedLog(bytes)).toMatchObject({ records: [1], damage: "the log is damaged at byte 512" });
});

test("a log that was written at one go takes no entry of another log for its own, whatever its number", () => {
  const bytes = log([[1], [2], [3]]);
  expect(readFinishedLog(bytes).damage).toBe(undefined);
  // A misdirected write of the entry that would come next, over this very entry.
  bytes.set(encodeEntry(2, ["another's"], 77), 512);
  expect(readFinishedLog(bytes).damage).toBe("the log is damaged: an entry of another one lies in it");
});

test("a log of which nothing is whole is no empty log", () => {
  const bytes = log([[1], [2], [3]]);
  for (const at of [0, 512, 1024]) bytes[at + 14]! ^= 1;
  expect(readLog(bytes)).toMatchObject({ records: [], damage: expect.stringContaining("byte 0") as string });
});
