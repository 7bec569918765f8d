import { expect, test } from "vitest";
import { listBenches, runBenches } from "./bench.ts";
import { sideBySide } from "./rounds.ts";

test("an unknown bench is refused with the known ones", async () => {
  await expect(runBenches(["kernle"])).rejects.toThrow(/There is no bench kernle; there are kernel, peers/);
});

test("every listed bench says what it does", () => {
  const benches = listBenches();
  expect(new Set(benches.map(bench => bench.name)).size).toBe(benches.length);
  for (const { work } of benches) expect(work).not.toBe("");
});

test("a ratio compares the two halves of one round", async () => {
  const order: string[] = [];
  const measured = await sideBySide(
    2,
    () => void order.push("ours"),
    () => void order.push("theirs"),
  );
  expect(order).toEqual(["ours", "theirs", "ours", "theirs", "ours", "theirs"]);
  expect(measured.ratio).toBeGreaterThan(0);
});
