import { expect, test } from "vitest";
import { Kernel } from "../kernel/kernel.ts";
import { MachineClock } from "./clock.ts";

const NEW_YEAR_MS = Date.UTC(2026, 0, 1);

/** Does things at instants and returns what they return. */
async function at<T>(kernel: Kernel, acts: readonly [us: number, act: () => T][]): Promise<T[]> {
  const results: T[] = [];
  for (const [us, act] of acts) kernel.at(us, kernel.owner("test"), () => results.push(act()));
  await kernel.run();
  return results;
}

test("a wall clock is off by its offset, in whole milliseconds", async () => {
  const kernel = new Kernel({ seed: "a" });
  const clock = new MachineClock(kernel, { offsetMs: -30, monotonicFromMs: 5_000 });
  const read = (): number[] => [clock.wallMs() - NEW_YEAR_MS, clock.monotonicUs()];
  expect(
    await at(kernel, [
      [0, read],
      [1_999, read],
      [40_000, read],
    ]),
  ).toEqual([
    [-30, 5_000_000],
    [-29, 5_001_999],
    [10, 5_040_000],
  ]);
});

test("a jump moves the wall clock, both ways, and not the monotonic one", async () => {
  const kernel = new Kernel({ seed: "a" });
  const clock = new MachineClock(kernel);
  const read = (): number[] => [clock.wallMs() - NEW_YEAR_MS, clock.monotonicUs()];
  const [, forward, , back] = await at<number[] | void>(kernel, [
    [1_000, () => clock.jump(60_000)],
    [2_000, read],
    [3_000, () => clock.jump(-100_000)],
    [4_000, read],
  ]);
  expect(forward).toEqual([60_002, 2_000]);
  expect(back).toEqual([-39_996, 4_000]);
});

test("drift moves both clocks from then on, and a timer waits for the drifting one", async () => {
  const kernel = new Kernel({ seed: "a" });
  const clock = new MachineClock(kernel);
  const read = (): number[] => [clock.wallMs() - NEW_YEAR_MS, clock.monotonicUs(), clock.instantAfter(110_000)];
  let steadied = (): void => {};
  const [, fast, , steady] = await at<number[] | void>(kernel, [
    [1_000_000, () => void (steadied = clock.drift(100_000))],
    [2_000_000, read],
    [3_000_000, () => steadied()],
    [4_000_000, read],
  ]);
  expect(fast).toEqual([2_100, 2_100_000, 2_100_000]);
  expect(steady).toEqual([4_200, 4_200_000, 4_110_000]);
});

test("a frozen wall clock stands still and is right again afterwards; the monotonic one goes on", async () => {
  const kernel = new Kernel({ seed: "a" });
  const clock = new MachineClock(kernel);
  const read = (): number[] => [clock.wallMs() - NEW_YEAR_MS, clock.monotonicUs()];
  let thaw = (): void => {};
  const [, frozen, , right] = await at<number[] | void>(kernel, [
    [1_000, () => void (thaw = clock.freeze())],
    [9_000, read],
    [10_000, () => thaw()],
    [11_000, read],
  ]);
  expect(frozen).toEqual([1, 9_000]);
  expect(right).toEqual([11, 11_000]);
});

test("a wall clock that two have stopped stands where the first one stopped it, until both let it go", async () => {
  const kernel = new Kernel({ seed: "a" });
  const clock = new MachineClock(kernel);
  const read = (): number => clock.wallMs() - NEW_YEAR_MS;
  const thaws: (() => void)[] = [];
  const freeze = (): void => void thaws.push(clock.freeze());
  const thaw = (): void => thaws.shift()!();
  const said = await at<number | void>(kernel, [
    [1_000, freeze],
    [5_000, freeze],
    [6_000, read],
    [7_000, thaw],
    [8_000, read],
    [9_000, thaw],
    [10_000, read],
  ]);
  expect(said.filter(ms => ms !== undefined)).toEqual([1, 1, 10]);
});
