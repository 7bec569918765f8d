import { expect, test } from "vitest";
import { SmallSite } from "./test/small-site.ts";

/** A process that stands still from 5 ms to 100 ms, and what it does when it goes on. */

async function zombie(seed: string): Promise<{ readonly log: readonly string[]; readonly digest: string }> {
  const small = new SmallSite(["a", "b"], { seed });
  const log: string[] = [];
  small.site.start("b", host => {
    const startedMs = host.clock.monotonic();
    const say = (what: string): void => {
      log.push(
        `${what} at ${Math.floor(small.kernel.nowUs / 1000)}, by its clock ${host.clock.monotonic() - startedMs}`,
      );
    };
    // Set in another order than they are due.
    for (const ms of [30, 10, 150, 20]) host.timer(ms, () => say(`timer ${ms}`));
    void host.net.listen("b:in", connection => {
      connection.handle({ data: chunk => say(`data ${chunk.join()}`), closed: () => {} });
    });
  });
  small.site.start("a", host => {
    void host.net.connect("b:in").then(connection => {
      connection.handle({ data: () => {}, closed: () => {} });
      for (const ms of [15, 25]) host.timer(ms, () => connection.write(Uint8Array.of(ms)));
    });
  });
  small.at(5, () => small.site.pause("b"));
  small.at(100, () => small.site.resume("b"));
  await small.play();
  return { log, digest: small.digest };
}

const seeds = Array.from({ length: 40 }, (_, seed) => `${seed}`);
const of = (kind: string, log: readonly string[]): string[] => log.filter(line => line.startsWith(kind));

test("timers that were due meanwhile fire in the order in which they were due, and the next one in its time", async () => {
  for (const seed of seeds) {
    const { log } = await zombie(seed);
    expect(of("timer", log)).toEqual([
      "timer 10 at 100, by its clock 100",
      "timer 20 at 100, by its clock 100",
      "timer 30 at 100, by its clock 100",
      "timer 150 at 150, by its clock 150",
    ]);
  }
});

test("bytes that came meanwhile are read in order, and timers may run before all of them", async () => {
  let timersFirst = 0;
  for (const seed of seeds) {
    const { log } = await zombie(seed);
    expect(of("data", log)).toEqual(["data 15 at 100, by its clock 100", "data 25 at 100, by its clock 100"]);
    if (log.findIndex(line => line.startsWith("data")) > log.findIndex(line => line.startsWith("timer 30")))
      timersFirst++;
  }
  expect(timersFirst).toBeGreaterThan(0);
});
