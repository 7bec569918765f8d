import { expect, test } from "vitest";
import { Kernel } from "./kernel.ts";

test("events run by instant, and time jumps to each", async () => {
  const kernel = new Kernel({ seed: "a" });
  const seen: number[] = [];
  for (const atUs of [30, 10, 20]) kernel.at(atUs, kernel.owner("net"), () => seen.push(kernel.nowUs));
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual([10, 20, 30]);
});
