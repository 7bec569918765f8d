import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { overBaseline, readBaseline } from "./baseline.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-baseline-"));
const file = join(folder, "before.json");

afterAll(() => rmSync(folder, { recursive: true }));

test("a figure stands over that of the baseline with the same name and unit", () => {
  const ring = { name: "ring-2", value: 500, unit: "messages/s", ratio: 3, against: "a hop" };
  writeFileSync(file, JSON.stringify({ benches: [ring, { name: "kernel", value: 0, unit: "ns/event" }] }));
  const baseline = readBaseline(file);
  expect(overBaseline({ ...ring, value: 750 }, baseline)).toEqual({ overBaseline: 1.5 });
  expect(overBaseline({ ...ring, unit: "ns/message" }, baseline)).toEqual({});
  expect(overBaseline({ ...ring, name: "ring-8" }, baseline)).toEqual({});
  expect(overBaseline({ name: "kernel", value: 3, unit: "ns/event" }, baseline)).toEqual({});
  expect(overBaseline(ring, undefined)).toEqual({});
});

test("what is no document of bench is refused with its place, before anything is measured", () => {
  expect(() => readBaseline(join(folder, "none.json"))).toThrow("cannot be read (ENOENT)");
  for (const text of ["", "[]", '{ "benches": 1 }', '{ "benches": [{ "name": "ring-2" }] }']) {
    writeFileSync(file, text);
    expect(() => readBaseline(file)).toThrow("A document that `millrace bench --json` has printed is wanted.");
  }
});
