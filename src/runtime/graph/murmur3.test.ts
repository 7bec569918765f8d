import { expect, test } from "vitest";
import { murmur3 } from "./murmur3.ts";

const hash = (text: string, seed: number): number => {
  const bytes = new TextEncoder().encode(text);
  return murmur3(bytes, bytes.length, seed);
};

test("agrees with the reference implementation's published vectors", () => {
  expect(hash("", 0)).toBe(0);
  expect(hash("", 1)).toBe(0x514e28b7);
  expect(hash("", 0xffffffff)).toBe(0x81f16f39);
  expect(hash("\0\0\0\0", 0)).toBe(0x2362f9de);
  expect(hash("aaaa", 0x9747b28c)).toBe(0x5a97808a);
  expect(hash("aaa", 0x9747b28c)).toBe(0x283e0130);
  expect(hash("aa", 0x9747b28c)).toBe(0x5d211726);
  expect(hash("a", 0x9747b28c)).toBe(0x7fa09ea6);
  expect(hash("abcd", 0x9747b28c)).toBe(0xf0478627);
  expect(hash("Hello, world!", 0x9747b28c)).toBe(0x24884cba);
  expect(hash("The quick brown fox jumps over the lazy dog", 0x9747b28c)).toBe(0x2fa826cd);
});
