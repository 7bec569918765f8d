import fc from "fast-check";
import { expect, test } from "vitest";
import type { BufferKind } from "../wire/buffer.ts";
import { RecordBufferReader } from "../wire/record-buffer-reader.ts";
import { CreditReturn } from "./input-channel.ts";
import { Subpartition, Writability } from "./subpartition.ts";

const nothing = new Uint8Array(0);

function valuesIn(payload: Uint8Array): unknown[] {
  const reader = new RecordBufferReader(payload);
  const values: unknown[] = [];
  while (reader.next()) values.push(reader.value);
  return values;
}

/** A subpartition with a consumer that takes buffers when it is told to. */
function channel(bufferRecordsMax: number, credits: number) {
  const sent: { readonly kind: BufferKind; readonly payload: Uint8Array }[] = [];
  let woken = 0;
  const writability = new Writability(() => void woken++);
  const subpartition = new Subpartition(bufferRecordsMax, writability);
  const attach = (): void =>
    subpartition.attach({ send: (kind, payload) => void sent.push({ kind, payload }) }, credits);
  return { subpartition, writability, sent, attach, woken: () => woken };
}

test("no more buffers of records are under way than there is credit, and nothing is lost, doubled or reordered", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant("record" as const) },
    fc.constantFrom("flush" as const, "barrier" as const, "take" as const, "attach" as const),
  );
  fc.assert(
    fc.property(
      fc.array(step, { size: "max", maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, credits, bufferRecordsMax) => {
        const { subpartition, sent, attach } = channel(bufferRecordsMax, credits);
        const expected: unknown[] = [];
        const arrived: unknown[] = [];
        let underWay = 0;
        let seen = 0;
        const back = new CreditReturn(credits, granted => {
          underWay -= granted;
          subpartition.grant(granted);
        });
        let taken = 0;
        const look = (): void => {
          for (; seen < sent.length; seen++) if (sent[seen]!.kind === "records") underWay++;
          expect(underWay).toBeLessThanOrEqual(credits);
        };
        const take = (): void => {
          look();
          const buffer = sent[taken];
          if (buffer === undefined) return;
          taken++;
          arrived.push(...(buffer.kind === "records" ? valuesIn(buffer.payload) : [buffer.kind]));
          if (buffer.kind === "records") back.consumed();
          look();
        };
        for (const [i, what] of steps.entries()) {
          if (what === "record") {
            subpartition.record(i, undefined, undefined);
            expected.push(i);
          } else if (what === "barrier") {
            subpartition.event("barrier", nothing);
            expected.push("barrier");
          } else if (what === "flush") subpartition.flush();
          else if (what === "take") take();
          else if (!subpartition.attached) attach();
          look();
        }
        if (!subpartition.attached) attach();
        subpartition.event("end-of-data", nothing);
        while (taken < sent.length) take();
        expect(arrived).toEqual([...expected, "end-of-data"]);
      },
    ),
  );
});

test("an event needs no credit, but waits for the records before it", () => {
  const { subpartition, sent, attach } = channel(1, 1);
  attach();
  subpartition.record("a", undefined, undefined);
  subpartition.event("barrier", nothing);
  expect(sent.map(({ kind }) => kind)).toEqual(["records", "barrier"]);
  subpartition.record("b", undefined, undefined);
  subpartition.event("barrier", nothing);
  expect(sent).toHaveLength(2);
  subpartition.grant(1);
  expect(sent.map(({ kind }) => kind)).toEqual(["records", "barrier", "records", "barrier"]);
});

test("a consumer without credit makes the subtask unwritable, until credit or its end", () => {
  const { subpartition, writability, attach, woken } = channel(1, 1);
  attach();
  for (let i = 0; i < 3; i++) subpartition.record(i, undefined, undefined);
  expect(writability.writable).toBe(false);
  subpartition.grant(1);
  expect({ writable: writability.writable, woken: woken() }).toEqual({ writable: true, woken: 1 });
  subpartition.record(3, undefined, undefined);
  expect(writability.writable).toBe(false);
  subpartition.release();
  expect({ writable: writability.writable, woken: woken() }).toEqual({ writable: true, woken: 2 });
});

test("what is written after the release goes nowhere", () => {
  const { subpartition, sent, attach } = channel(1, 1);
  attach();
  subpartition.release();
  subpartition.record("late", undefined, undefined);
  subpartition.event("barrier", nothing);
  expect(sent).toEqual([]);
});
