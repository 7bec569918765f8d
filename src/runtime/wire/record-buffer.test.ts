import fc from "fast-check";
import { expect, test } from "vitest";
import type { Origin } from "../api/source.ts";
import { WireError } from "./buffer.ts";
import { RecordBufferReader } from "./record-buffer-reader.ts";
import { RecordBufferWriter } from "./record-buffer-writer.ts";

interface Element {
  readonly watermarkMs?: number;
  readonly value?: unknown;
  readonly timestampMs?: number | undefined;
  readonly origin?: Origin | undefined;
}

const element: fc.Arbitrary<Element> = fc.oneof(
  fc.record({ watermarkMs: fc.oneof(fc.maxSafeInteger(), fc.constant(Infinity)) }),
  fc.record({
    value: fc.oneof(
      fc.string(),
      fc.integer(),
      fc.record({ a: fc.bigInt(), b: fc.array(fc.boolean()) }),
      fc.constant(null),
    ),
    timestampMs: fc.option(fc.maxSafeInteger(), { nil: undefined }),
    origin: fc.option(
      fc.record({ split: fc.constantFrom("payments/0", "payments/1", "zoë", ""), position: fc.maxSafeNat() }),
      { nil: undefined },
    ),
  }),
);

function write(elements: readonly Element[]): Uint8Array {
  const writer = new RecordBufferWriter();
  for (const each of elements) {
    if (each.watermarkMs !== undefined) writer.watermark(each.watermarkMs);
    else writer.record(each.value, each.timestampMs, each.origin);
  }
  return writer.take();
}

function read(bytes: Uint8Array): Element[] {
  const reader = new RecordBufferReader(bytes);
  const elements: Element[] = [];
  while (reader.next()) {
    const { value, timestampMs, origin, watermarkMs } = reader;
    elements.push(reader.kind === "watermark" ? { watermarkMs } : { value, timestampMs, origin });
  }
  return elements;
}

test("what is written is read, in order", () => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 40 }), elements => {
      expect(read(write(elements))).toEqual(elements);
    }),
  );
});

test("a buffer can be read without the ones before it", () => {
  const writer = new RecordBufferWriter();
  const origin = { split: "payments/0", position: 1 };
  writer.record("a", undefined, origin);
  const first = writer.take();
  writer.record("b", undefined, origin);
  expect(read(writer.take())).toEqual([{ value: "b", timestampMs: undefined, origin }]);
  expect(read(first)).toEqual([{ value: "a", timestampMs: undefined, origin }]);
});

test("an object that its author changes after emitting it is not changed in the buffer", () => {
  const writer = new RecordBufferWriter();
  const reused = { n: 1 };
  writer.record(reused, undefined, undefined);
  reused.n = 2;
  writer.record(reused, undefined, undefined);
  expect(read(writer.take()).map(({ value }) => value)).toEqual([{ n: 1 }, { n: 2 }]);
});

test("a buffer that is cut short is refused at every length", () => {
  const whole = write([{ value: "a record", timestampMs: 1, origin: { split: "s", position: 2 } }]);
  for (let length = 1; length < whole.length; length++) {
    expect(() => read(whole.subarray(0, length))).toThrow(WireError);
  }
});
