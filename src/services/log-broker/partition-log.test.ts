import { expect, test } from "vitest";
import type { PackedRecord } from "./log-record.ts";
import { PartitionLog } from "./partition-log.ts";

const record = {} as PackedRecord;

function logOf(records: number): PartitionLog {
  const log = new PartitionLog();
  log.append(
    Array.from({ length: records }, () => record),
    undefined,
  );
  return log;
}

test("a loss of the tail begins an epoch, and what was read before it holds up to where it was cut", () => {
  const log = logOf(10);
  expect([log.epoch, log.unchangedSince(0)]).toEqual([0, Number.MAX_SAFE_INTEGER]);
  log.truncate(6);
  expect([log.epoch, log.endOffset]).toEqual([1, 6]);
  expect([log.unchangedSince(0), log.unchangedSince(1)]).toEqual([6, Number.MAX_SAFE_INTEGER]);
});

test("of several losses each counts for who has read under an older epoch", () => {
  const log = logOf(10);
  log.truncate(4);
  log.append([record, record, record, record], undefined);
  log.truncate(7);
  // Of epoch 0 the first cut left least; under epoch 1 only the second one cut.
  expect([log.unchangedSince(0), log.unchangedSince(1), log.unchangedSince(2)]).toEqual([
    4,
    7,
    Number.MAX_SAFE_INTEGER,
  ]);
});

test("a later loss of more cuts what earlier ones had left, for everybody", () => {
  const log = logOf(10);
  log.truncate(7);
  log.append([record, record], undefined);
  log.truncate(3);
  expect([log.epoch, log.unchangedSince(0), log.unchangedSince(1)]).toEqual([2, 3, 3]);
});

test("a cut behind the end is none, and one before the start cuts to the start alone", () => {
  const log = logOf(10);
  log.truncate(10);
  log.truncate(99);
  expect([log.epoch, log.endOffset]).toEqual([0, 10]);
  log.trim(5);
  log.truncate(2);
  expect([log.epoch, log.endOffset, log.startOffset]).toEqual([1, 5, 5]);
});

test("a batch that was cut off is appended when it is repeated, and one that was cut through is refused", () => {
  const log = logOf(2);
  const batch = (sequence: number) => ({ producerId: 1, epoch: 0, sequence, count: 3 });
  for (const sequence of [0, 3, 6]) log.remember(batch(sequence), log.append([record, record, record], undefined));
  expect([log.placeOf(batch(3)), log.placeOf(batch(6)), log.placeOf(batch(9))]).toEqual([5, 8, "next"]);
  log.truncate(8);
  expect([log.placeOf(batch(3)), log.placeOf(batch(6)), log.placeOf(batch(9))]).toEqual([5, "next", "out-of-order"]);
  log.truncate(6);
  expect([log.placeOf(batch(0)), log.placeOf(batch(3)), log.placeOf(batch(6))]).toEqual([
    2,
    "out-of-order",
    "out-of-order",
  ]);
  expect(log.placeOf({ ...batch(4), count: 2 })).toBe("next");
});
