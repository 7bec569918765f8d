import fc from "fast-check";
import { expect, test } from "vitest";
import { KnownTexts } from "./known-texts.ts";

test("a text is what its bytes spell, whatever was read before", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary-ascii", maxLength: 12 })), texts => {
      // Two slots: nearly every text finds another one in its place.
      const known = new KnownTexts(2);
      for (const text of texts) {
        const bytes = Buffer.from(`<${text}>`, "latin1");
        expect(known.read(bytes, 1, bytes.length - 1)).toBe(text);
      }
    }),
  );
});

test("a text that is too long to be kept is read all the same", () => {
  const known = new KnownTexts(2);
  for (const text of ["a".repeat(47), "b".repeat(48), "c".repeat(49), "d".repeat(255)])
    expect(known.read(Buffer.from(text), 0, text.length)).toBe(text);
});

test("bytes that are not ASCII are nobody's text here", () => {
  expect(new KnownTexts(2).read(Buffer.from("zoë"), 0, 4)).toBeUndefined();
});
