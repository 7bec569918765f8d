import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CodecError } from "./codec-error.ts";
import { decode, encode } from "./codec.ts";

const carried = fc.letrec(tie => ({
  leaf: fc.oneof(
    fc.constantFrom(null, true, false, 0, -0, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 31) - 1, 2 ** 32),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: "binary", size: "medium" }),
    fc.uint8Array({ size: "medium" }),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    tie("leaf"),
    fc.array(tie("value")),
    fc.dictionary(
      fc.string().filter(key => key !== "__proto__"),
      tie("value"),
      { noNullPrototype: true },
    ),
  ),
})).value;

test("what is encoded decodes to the same value, the kind of zero and the order of fields included", () => {
  fc.assert(
    fc.property(carried, value => {
      const back = decode(encode(value));
      expect(back).toStrictEqual(value);
      expect(fieldNames(back)).toStrictEqual(fieldNames(value));
    }),
    { numRuns: 250, seed: 1 },
  );
});

test("the bytes depend on the value alone, not on what was encoded before", () => {
  fc.assert(
    fc.property(carried, carried, (value, other) => {
      const before = encode(value).slice();
      encode(other);
      expect(encode(value)).toStrictEqual(before);
    }),
    { numRuns: 50, seed: 2 },
  );
});

test("a new process decodes what this one encoded", () => {
  const value = { key: "ключ", amount: 12345678901234567890n, parts: [1, -0.5, { nested: "x".repeat(100) }] };
  const script = `
    import { createJiti } from "jiti";
    const { decode } = await createJiti(process.cwd()).import(${JSON.stringify(new URL("./codec.ts", import.meta.url).pathname)});
    const value = decode(Buffer.from(process.argv[1], "hex"));
    process.stdout.write(value.key + value.amount + JSON.stringify(value.parts));`;
  const hex = Buffer.from(encode(value)).toString("hex");
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script, hex], { encoding: "utf8", cwd });
  expect(out).toBe(value.key + value.amount + JSON.stringify(value.parts));
});

test("a field that is undefined is left out", () => {
  expect(decode(encode({ a: undefined, b: 1, c: undefined }))).toStrictEqual({ b: 1 });
});

const looped: Record<string, unknown> = { name: "loop" };
looped["next"] = { back: looped };

test.each([
  ["a Date", { at: new Date(0) }, "$.at: a Date cannot be carried"],
  ["a Map", [1, { counts: new Map() }], "$[1].counts: a Map cannot be carried"],
  ["a Set", { seen: new Set() }, "$.seen: a Set cannot be carried"],
  ["an Error", [new RangeError("x")], "$[0]: a RangeError cannot be carried"],
  ["an instance", { v: new (class Money {})() }, "$.v: a Money cannot be carried"],
  ["another typed array", { v: new Float64Array(1) }, "$.v: a Float64Array cannot be carried"],
  ["a function", { f: () => 1 }, "$.f: function cannot be carried"],
  ["undefined in a list", { list: [1, undefined] }, "$.list[1]: undefined cannot be carried"],
  ["undefined itself", undefined, "$: undefined cannot be carried"],
  ["a symbol", [Symbol("s")], "$[0]: symbol cannot be carried"],
  ["a lone surrogate", { text: "a\ud800" }, "$.text: a string with a lone surrogate cannot be carried"],
  ["a lone surrogate in a name", { "\udc00": 1 }, "a string with a lone surrogate cannot be carried"],
  ["a cycle", looped, "$.next.back.next.back.next.back.next.back…: deeper than 100 levels (a cycle?)"],
  ["__proto__ as a name", JSON.parse('{"__proto__": 1}') as unknown, "this name cannot be carried"],
])("%s is refused by name and path, and what follows is encoded as ever", (_, value, message) => {
  const before = encode({ x: 1 }).slice();
  expect(() => encode(value)).toThrow(message);
  expect(encode({ x: 1 })).toStrictEqual(before);
});

test("bytes that are cut short or that go on are refused", () => {
  fc.assert(
    fc.property(carried, value => {
      const bytes = encode(value);
      for (let length = 0; length < Math.min(bytes.length, 64); length++)
        expect(() => decode(bytes.subarray(0, length))).toThrow(CodecError);
      expect(() => decode(Uint8Array.of(...bytes, 0))).toThrow(CodecError);
    }),
    { numRuns: 80, seed: 3 },
  );
});

test("a length that points past the end is refused before anything behind the end is read", () => {
  // In a slab as messages lie in one: what is behind the end is another message, and would fit.
  const slab = new Uint8Array(1 << 20).fill(0x61);
  const text = encode("b".repeat(300));
  const hostile: Readonly<Record<string, readonly number[]>> = {
    "a short text": [0xa5, 0x62],
    "a text of one length byte": [0xd9, 200, 0x62],
    "a text of two": [0xda, 0x40, 0, 0x62],
    "a text of four": [0xdb, 0, 0x0f, 0, 0, 0x62],
    "bytes of one": [0xc4, 200, 1],
    "bytes of two": [0xc5, 0x40, 0, 1],
    "bytes of four": [0xc6, 0, 0x0f, 0, 0, 1],
    "a length that is cut itself": [0xdb, 0, 0],
    "a bigint": [0xc9, 0, 0x0f, 0, 0, 0, 0x31],
    "a list": [0xdd, 0, 0x0f, 0, 0, 1],
    "a field's value": [0x81, 0xa1, 0x6b, 0xdb, 0, 0x0f, 0, 0],
  };
  for (const [name, bytes] of Object.entries(hostile)) {
    slab.set(bytes, 1_000);
    expect(() => decode(slab.subarray(1_000, 1_000 + bytes.length)), name).toThrow(/cut short/);
    slab.fill(0x61, 1_000, 1_000 + bytes.length);
  }
  slab.set(text, 2_000);
  expect(decode(slab.subarray(2_000, 2_000 + text.length))).toBe("b".repeat(300));
});

test("any bytes give a value or a CodecError, never another error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40, size: "max" }), bytes => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }),
    { numRuns: 3000, seed: 4 },
  );
});

function fieldNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldNames);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return [];
  return Object.entries(value).map(([key, inner]) => [key, fieldNames(inner)]);
}
