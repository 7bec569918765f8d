import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lineOfBreak, lineOfPath } from "./json-place.ts";

const text = JSON.stringify(
  {
    kind: 'a "kind": 1',
    plan: [
      { kind: "x", when: { atUs: 1 } },
      { kind: "y", when: { atUs: -2 } },
    ],
    kinds: [],
  },
  undefined,
  2,
);
const lineOf = (path: readonly PropertyKey[]) => text.split("\n")[lineOfPath(text, path) - 1]!.trim();

test("the second of two faults is found on its own line", () => {
  expect(lineOf(["plan", 0, "kind"])).toBe('"kind": "x",');
  expect(lineOf(["plan", 1, "kind"])).toBe('"kind": "y",');
  expect(lineOf(["plan", 1, "when", "atUs"])).toBe('"atUs": -2');
});

test("where a path leads to nothing, the last thing on it is named", () => {
  expect(lineOf(["plan", 1, "target"])).toBe("{");
  expect(lineOfPath(text, ["plan", 1, "target"])).toBe(lineOfPath(text, ["plan", 1]));
  expect(lineOf(["plan", 7])).toBe('"plan": [');
  expect(lineOfPath(text, [])).toBe(1);
});

test("in any document each number is found by its path", () => {
  const leaf = fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true }));
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
  }));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(9), fc.string()), { maxLength: 4 }), tree, tree, (path, before, after) => {
      const nested = path.reduceRight<unknown>(
        (inner, key) =>
          typeof key === "number" ? [...Array.from({ length: key }, () => before), inner, after] : { [key]: inner },
        "<here>",
      );
      const whole = JSON.stringify({ before, nested, after }, undefined, 1);
      fc.pre(!JSON.stringify([before, after, path]).includes("<here>"));
      const line = whole.slice(0, whole.indexOf('"<here>"')).split("\n").length;
      expect(lineOfPath(whole, ["nested", ...path])).toBe(line);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("a text that is no JSON is broken on the line of the mistake, whatever the parser says of it", () => {
  const lines = text.split("\n");
  const brokenAt = (line: number, wrong: string) =>
    lineOfBreak([...lines.slice(0, line - 1), wrong, ...lines.slice(line)].join("\n"));
  expect(lines[4]).toContain('"kind": "x"');
  for (const wrong of [
    '"kind": x,',
    '"kind": "x" 1,',
    '"kind": "x,',
    "kind: 1,",
    '"kind": 1, // why',
    '"kind" 1,',
    "]",
  ])
    expect({ wrong, line: brokenAt(5, wrong) }).toEqual({ wrong, line: 5 });
});

test("a text that was cut off is broken on its last line, wherever that was", () => {
  for (let length = 0; length < text.length; length++)
    expect(lineOfBreak(text.slice(0, length))).toBe(text.slice(0, length).split("\n").length);
});
