import type { Bench, BenchResult } from "./measurement.ts";
import { playEcho, playPartitionedEcho, playRing } from "./ring.ts";
import { medianMs, sideBySide } from "./rounds.ts";

/** Messages over simulated connections, in rings of several sizes; the smallest also with a macrotask for every turn. */
export const ringBench: Bench = {
  async run({ rounds }) {
    const results: BenchResult[] = [];
    for (const processes of [2, 8, 32, 128]) {
      const ms = await medianMs(rounds, async () => void (await playRing(processes, MESSAGES)));
      results.push({ name: `ring-${processes}`, value: perSecond(MESSAGES, ms), unit: "messages/s" });
    }
    const hops = await sideBySide(
      rounds,
      async () => void (await playRing(8, MESSAGES / 10)),
      async () => void (await playRing(8, MESSAGES / 10, "macrotask")),
    );
    results.push({
      name: "ring-synchronous",
      value: perSecond(MESSAGES / 10, hops.oursMs),
      unit: "messages/s",
      ratio: 1 / hops.ratio,
      against: "the same ring of 8 with a macrotask for every turn",
    });
    return results;
  },
};

/** One server and many clients that each wait for their answer. */
export const echoBench: Bench = {
  async run({ rounds }) {
    const results: BenchResult[] = [];
    for (const clients of [1, 32, 128]) {
      const echo = await sideBySide(
        rounds,
        async () => void (await playEcho(clients, MESSAGES)),
        async () => void (await playRing(Math.max(2, clients), MESSAGES)),
      );
      results.push({
        name: `echo-${clients}`,
        value: perSecond(MESSAGES, echo.oursMs),
        unit: "messages/s",
        ratio: 1 / echo.ratio,
        against: "ring of as many",
      });
    }
    const partitioned = await sideBySide(
      rounds,
      async () => void (await playPartitionedEcho(32, MESSAGES)),
      async () => void (await playEcho(32, MESSAGES)),
    );
    results.push({
      name: "echo-32-partitioned",
      value: perSecond(MESSAGES, partitioned.oursMs),
      unit: "messages/s",
      ratio: partitioned.ratio,
      against: "no partition",
    });
    return results;
  },
};

const MESSAGES = 100_000;

function perSecond(messages: number, ms: number): number {
  return Math.round((messages * 1000) / ms);
}
