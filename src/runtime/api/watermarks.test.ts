import * as fc from "fast-check";
import { expect, test } from "vitest";
import { watermarks, type WatermarkStrategy } from "./watermarks.ts";

/** Watermarks after each record, of a stream that keeps what the strategy is told of it. */
function along(strategy: WatermarkStrategy<number>, timestamps: readonly number[]): number[] {
  const generator = strategy.createGenerator();
  return timestamps.map(timestampMs => {
    generator.observe(timestampMs);
    return generator.currentMs();
  });
}

test("a watermark says that nothing at or before it will follow, and no less than it can", () => {
  const delays = fc.integer({ min: 0, max: 5 });
  const steps = fc.array(fc.record({ on: fc.integer({ min: 0, max: 4 }), back: fc.nat({ max: 5 }) }), { minLength: 1 });
  fc.assert(
    fc.property(delays, steps, (delayMs, list) => {
      let newestMs = 0;
      const timestamps = list.map(({ on, back }) => {
        const timestampMs = newestMs + on - Math.min(back, delayMs + on);
        newestMs = Math.max(newestMs, timestampMs);
        return timestampMs;
      });
      const told = along(
        delayMs === 0 ? watermarks.monotonic(at => at) : watermarks.boundedOutOfOrderness(delayMs, at => at),
        timestamps,
      );
      for (const [i, watermarkMs] of told.entries()) {
        const newest = Math.max(...timestamps.slice(0, i + 1));
        expect(timestamps.slice(i + 1).filter(at => at <= watermarkMs)).toEqual([]);
        // A record that is as late as is allowed may still follow.
        expect(newest - delayMs - watermarkMs).toBe(1);
        expect(watermarkMs).toBeGreaterThanOrEqual(told[i - 1] ?? -Infinity);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("without a strategy event time stands still, and a delay that is none is refused", () => {
  expect(along(watermarks.none(), [1, 5, 3])).toEqual([-Infinity, -Infinity, -Infinity]);
  expect(() => watermarks.boundedOutOfOrderness(-1, (at: number) => at)).toThrow(/0 or more; got -1/);
  expect(() => watermarks.boundedOutOfOrderness(0.5, (at: number) => at)).toThrow(/whole milliseconds/);
});
