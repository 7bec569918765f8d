import { beforeAll, expect, test } from "vitest";
import { installFence } from "./fence.ts";
import { stage } from "./stage.ts";
import { watchReads } from "./watched-reads.ts";

beforeAll(() => installFence());

test("who asks for the time or for chance is noted with the place, and answered alike each time", () => {
  const ask = () => [Date.now(), new Date().getTime(), performance.now(), Math.random()];
  const { result, reads } = watchReads(ask);
  expect(result).toEqual([0, 0, 0, 0]);
  expect(watchReads(ask).result).toEqual(result);
  expect(reads).toHaveLength(4);
  expect(reads[0]).toMatch(/^Date at src\/kernel\/fence\/watched-reads\.test\.ts:\d+:\d+$/);
  expect(reads.join()).toContain("Math.random or crypto at src/kernel");
});

test("code that asks for neither is not noted, and nobody is left on stage, whatever it throws", () => {
  expect(watchReads(() => new Date(5).getTime())).toEqual({ result: 5, reads: [] });
  expect(() => watchReads(() => [].at(0)!["x"])).toThrow(TypeError);
  expect(stage.process).toBeUndefined();
});
