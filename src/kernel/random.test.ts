import { expect, test } from "vitest";
import { draw, drawKey, mix32, RandomStream } from "./random.ts";

test("a stream is its seed's and its name's, and nobody else's draws move it", () => {
  const take = (stream: RandomStream): number[] => Array.from({ length: 20 }, () => stream.uint32());
  expect(take(new RandomStream("s", "a"))).toEqual(take(new RandomStream("s", "a")));
  expect(take(new RandomStream("s", "a"))).not.toEqual(take(new RandomStream("s", "b")));
  expect(take(new RandomStream("s", "a"))).not.toEqual(take(new RandomStream("t", "a")));
});

test("below stays below, and reaches every value", () => {
  const stream = new RandomStream("s", "below");
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 7000; i++) counts[stream.below(7)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(() => stream.below(0)).toThrow(RangeError);
  expect(() => stream.below(1.5)).toThrow(RangeError);
});

test("between includes both ends, and a shuffle keeps what it shuffles", () => {
  const stream = new RandomStream("s", "between");
  const seen = new Set(Array.from({ length: 200 }, () => stream.between(3, 5)));
  expect([...seen].sort()).toEqual([3, 4, 5]);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = stream.shuffle([...items]);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
});

test("a draw depends on its counter and key alone, and every bit of it moves", () => {
  const key = drawKey("s", "net");
  expect(draw(key, 5)).toBe(draw(key, 5));
  expect(drawKey("s", "net")).not.toBe(drawKey("sn", "et"));
  const ones = new Array<number>(32).fill(0);
  for (let counter = 0; counter < 4000; counter++) {
    for (let bit = 0; bit < 32; bit++) ones[bit]! += (draw(key, counter) >>> bit) & 1;
  }
  for (const count of ones) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test("the mixer is a bijection on what was tried", () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, i) => mix32(i))).size).toBe(100_000);
});
