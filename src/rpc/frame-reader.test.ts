import fc from "fast-check";
import { expect, test } from "vitest";
import { frameClassifier } from "./classify.ts";
import { decode } from "./codec.ts";
import { crc32c } from "./crc32c.ts";
import { encodeDataFrame, encodeFrame, FRAME_PREFIX_BYTES, type Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

const texts = fc.array(fc.string({ maxLength: 300, size: "max" }), { minLength: 1, maxLength: 5 });

function stream(bodies: readonly string[]): Uint8Array {
  return Buffer.concat(bodies.map((body, i) => encodeFrame("request", i + 1, `echo.${i}`, { body }).slice()));
}

function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

test("CRC-32C of the check string and of RFC 3720's zeros, in one piece and in two", () => {
  const check = new TextEncoder().encode("123456789");
  expect(crc32c(check)).toBe(0xe3069283);
  expect(crc32c(check.subarray(4), crc32c(check.subarray(0, 4)))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(Uint8Array.of(...check, ...check), 0, 9, 18)).toBe(0xe3069283);
});

test("frames come out as they went in, whatever the chunks", () => {
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (bodies, sizes) => {
      const reader = new FrameReader();
      const frames: Frame[] = [];
      for (const chunk of chunksOf(stream(bodies), sizes))
        expect(reader.push(chunk, frame => frames.push(frame))).toBe(true);
      expect(frames.map(({ method, call, body }) => [method, call, decode(body)])).toEqual(
        bodies.map((body, i) => [`echo.${i}`, i + 1, { body }]),
      );
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("a flipped bit ends the stream: frames before it are delivered, no changed frame ever is", () => {
  fc.assert(
    fc.property(
      texts,
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (bodies, position, sizes) => {
        const bytes = stream(bodies);
        const bit = position % (8 * bytes.length);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const reader = new FrameReader();
        const delivered: unknown[] = [];
        let intact = true;
        for (const chunk of chunksOf(bytes, sizes))
          intact = reader.push(chunk, ({ body }) => delivered.push(decode(body)));
        expect(intact).toBe(false);
        expect(delivered.length).toBeLessThan(bodies.length);
        expect(delivered).toEqual(bodies.slice(0, delivered.length).map(body => ({ body })));
      },
    ),
    { numRuns: 500, seed: 2 },
  );
});

test("who reads a chunk after another is given the same frames", () => {
  const bytes = stream(["first", "second", "third"]);
  const first: Frame[] = [];
  const second: Frame[] = [];
  expect(new FrameReader().push(bytes, frame => first.push(frame))).toBe(true);
  expect(new FrameReader().push(bytes, frame => second.push(frame))).toBe(true);
  expect(second.map(({ method }) => method)).toEqual(["echo.0", "echo.1", "echo.2"]);
  expect(second.every((frame, i) => frame === first[i])).toBe(true);
  // The same bytes in another array are read for themselves: here the last frame of the copy is another one.
  const copy = bytes.slice();
  copy[copy.length - 1]! ^= 1;
  const third: Frame[] = [];
  expect(new FrameReader().push(copy, frame => third.push(frame))).toBe(false);
  expect(third.map(({ method }) => method)).toEqual(["echo.0", "echo.1"]);
});

test("what was delivered does not change when more arrives", () => {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  const bytes = stream(["first", "second"]);
  reader.push(bytes.slice(0, 30), frame => frames.push(frame));
  reader.push(bytes.slice(30), frame => frames.push(frame));
  encodeFrame("request", 9, "other", { body: "overwrites the encoder's buffer" });
  expect(frames.map(({ body }) => decode(body))).toEqual([{ body: "first" }, { body: "second" }]);
});

test("the classifier names requests, replies and data frames, and decodes on demand", () => {
  const classify = frameClassifier();
  const bytes = Buffer.concat([
    encodeFrame("request", 7, "checkpoint.acknowledge", { checkpoint: 3 }).slice(),
    encodeDataFrame("records", 2, Uint8Array.of(1, 2, 3)).slice(),
  ]);
  const frames = [...chunksOf(bytes, [11])].flatMap(chunk => classify(chunk));
  expect(frames.map(({ type, method, call }) => [type, method, call])).toEqual([
    ["request", "checkpoint.acknowledge", 7],
    ["data", "records", 2],
  ]);
  expect(frames[0]!.body()).toEqual({ checkpoint: 3 });
  expect(frames[1]!.body()).toEqual(Uint8Array.of(1, 2, 3));
});

test("a frame whose inner length points past its end is refused, though the next frame's bytes lie there", () => {
  const hostile = encodeFrame("request", 1, "echo", { body: "x".repeat(40) }).slice();
  const lengthAt = hostile.lastIndexOf(0xd9) + 1;
  expect(hostile[lengthAt]).toBe(40);
  hostile[lengthAt] = 90;
  seal(hostile);
  const next = encodeFrame("request", 2, "echo", { body: "y".repeat(200) }).slice();
  const bodies: (() => unknown)[] = [];
  const whole = new FrameReader().push(Buffer.concat([hostile, next]), ({ body }) => bodies.push(() => decode(body)));
  expect(whole).toBe(true);
  expect(bodies[0]).toThrow("cut short");
  expect(bodies[1]!()).toEqual({ body: "y".repeat(200) });
});

/** The checksum of what follows the prefix, as a writer with a defect would make it. */
function seal(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  view.setUint32(8, crc32c(frame, 0, FRAME_PREFIX_BYTES, frame.length));
}
