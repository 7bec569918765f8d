import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import { SmallSite } from "../../sim/test/small-site.ts";
import { FetchWaiters } from "./fetch-waiters.ts";
import type { TransactionPartition } from "./transaction.ts";

const [one, other] = [{}, {}] as unknown as readonly [TransactionPartition, TransactionPartition];

test("all whose partition has moved so that they are ready are let go at once, the others when their time is up", async () => {
  const ends = await played((waiters, at, ended) => {
    let offset = 0;
    ended(
      "first",
      waiters.wait(one, 500, () => offset >= 1),
    );
    ended(
      "second",
      waiters.wait(one, 400, () => offset >= 1),
    );
    ended(
      "far",
      waiters.wait(one, 300, () => offset >= 9),
    );
    ended(
      "elsewhere",
      waiters.wait(other, 450, () => offset >= 1),
    );
    at(100, () => {
      offset = 1;
      waiters.wake(one);
    });
    // Nobody waits any more who was let go; who was not ready then may be now.
    at(200, () => waiters.wake(one));
  });
  expect(ends).toEqual(["first at 100", "second at 100", "far at 300", "elsewhere at 450"]);
});

type At = (ms: number, act: () => void) => void;
type Ended = (name: string, wait: Promise<void>) => void;

async function played(script: (waiters: FetchWaiters, at: At, ended: Ended) => void): Promise<string[]> {
  const small = new SmallSite(["broker"]);
  const ends: string[] = [];
  small.site.start("broker", (host: Host) => {
    const startMs = host.clock.monotonic();
    script(
      new FetchWaiters(host),
      (ms, act) => void host.timer(ms, act),
      (name, wait) => void wait.then(() => ends.push(`${name} at ${host.clock.monotonic() - startMs}`)),
    );
  });
  await small.play();
  return ends;
}
