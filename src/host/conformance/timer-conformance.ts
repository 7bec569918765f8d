import { deepEqual, equal, ok, throws } from "node:assert/strict";
import type { Host } from "../host.ts";
import { pause } from "../pause.ts";

/**
 * What a program may rely on from the timers, clocks and random numbers of any host, as named cases that each host is
 * held to. It owns the cases; starting a process for each is the runner's.
 *
 * Nothing here says how late a timer may be: a machine may be as slow as it likes, and simulated ones are.
 */
export const timerConformance: readonly TimerCase[] = [
  {
    name: "a timer fires once, and not before its delay has passed",
    async run(host) {
      for (const delayMs of [0, 1, 7, 20]) {
        const from = host.clock.monotonic();
        let fired = 0;
        await new Promise<void>(resolve => {
          host.timer(delayMs, () => {
            fired++;
            resolve();
          });
        });
        // Both readings are rounded down, so that they may be apart by one less than the delay.
        ok(host.clock.monotonic() - from >= delayMs - 1, `${delayMs} ms`);
        await pause(host, 5);
        equal(fired, 1);
      }
    },
  },
  {
    name: "a timer never fires inside the call that sets it, nor in that turn's promises",
    async run(host) {
      let fired = false;
      const due = new Promise<void>(resolve => {
        host.timer(0, () => {
          fired = true;
          resolve();
        });
      });
      equal(fired, false);
      for (let i = 0; i < 10; i++) await Promise.resolve();
      equal(fired, false);
      await due;
    },
  },
  {
    name: "a shorter timer fires before a longer one, whichever was set first",
    async run(host) {
      const order: number[] = [];
      await Promise.all(
        [40, 20, 60, 1].map(
          delayMs =>
            new Promise<void>(resolve => {
              host.timer(delayMs, () => {
                order.push(delayMs);
                resolve();
              });
            }),
        ),
      );
      deepEqual(order, [1, 20, 40, 60]);
    },
  },
  {
    name: "a cancelled timer does not fire, and the others do",
    async run(host) {
      const fired: string[] = [];
      const cancelled = host.timer(2, () => fired.push("cancelled"));
      host.timer(2, () => fired.push("kept"));
      cancelled.cancel();
      await pause(host, 10);
      deepEqual(fired, ["kept"]);
    },
  },
  {
    name: "cancelling twice, or after it fired, does nothing",
    async run(host) {
      let fired = 0;
      const timer = host.timer(1, () => fired++);
      await pause(host, 5);
      timer.cancel();
      timer.cancel();
      const other = host.timer(1, () => fired++);
      other.cancel();
      other.cancel();
      await pause(host, 5);
      equal(fired, 1);
    },
  },
  {
    name: "a timer may cancel another that is due at the same time",
    async run(host) {
      const fired: string[] = [];
      const one = host.timer(3, () => {
        fired.push("one");
        two.cancel();
      });
      const two = host.timer(3, () => {
        fired.push("two");
        one.cancel();
      });
      await pause(host, 10);
      equal(fired.length, 1);
    },
  },
  {
    name: "a timer may set the next",
    async run(host) {
      let left = 20;
      await new Promise<void>(resolve => {
        const again = (): void => {
          if (left-- === 0) resolve();
          else host.timer(left % 2, again);
        };
        again();
      });
      equal(left, -1);
    },
  },
  {
    name: "a delay that is negative, broken or no number is a RangeError",
    run(host) {
      for (const delayMs of [-1, 0.5, NaN, Infinity]) throws(() => host.timer(delayMs, () => {}), RangeError);
      return Promise.resolve();
    },
  },
  {
    name: "both clocks give whole milliseconds, and the monotonic one never goes back",
    async run(host) {
      let last = host.clock.monotonic();
      for (let i = 0; i < 50; i++) {
        const now = host.clock.monotonic();
        ok(Number.isSafeInteger(now) && now >= last, `${last} then ${now}`);
        ok(Number.isSafeInteger(host.clock.now()));
        last = now;
        if (i % 10 === 0) await pause(host, 1);
      }
    },
  },
  {
    name: "the wall clock stands after 2020",
    run(host) {
      ok(host.clock.now() > Date.UTC(2020, 0, 1));
      return Promise.resolve();
    },
  },
  {
    name: "random numbers are whole, in range, and not all the same",
    run(host) {
      const seen = new Set<number>();
      for (let i = 0; i < 1000; i++) {
        const wide = host.random.uint32();
        ok(Number.isInteger(wide) && wide >= 0 && wide < 2 ** 32);
        seen.add(wide);
        const narrow = host.random.below(7);
        ok(Number.isInteger(narrow) && narrow >= 0 && narrow < 7);
        equal(host.random.below(1), 0);
      }
      ok(seen.size > 990);
      ok(host.random.below(2 ** 32) < 2 ** 32);
      return Promise.resolve();
    },
  },
  {
    name: "below refuses what is no whole number from 1 to 2^32",
    run(host) {
      for (const n of [0, -1, 1.5, 2 ** 32 + 1, NaN]) throws(() => host.random.below(n), RangeError);
      return Promise.resolve();
    },
  },
];

export interface TimerCase {
  readonly name: string;
  /** Uses the port in its own turns only, and awaits nothing but timers. */
  run(host: Host): Promise<void>;
}
