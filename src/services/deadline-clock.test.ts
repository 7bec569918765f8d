import { expect, test } from "vitest";
import type { Host } from "../host/host.ts";
import { SmallSite } from "../sim/test/small-site.ts";
import { DeadlineClock } from "./deadline-clock.ts";

test("each deadline is due once, at its own time, whatever others were set", async () => {
  const due = await played((clock, at) => {
    clock.set("first", 100);
    clock.set("third", 300);
    clock.set("second", 200);
    at(350, () => clock.set("fourth", 10));
  });
  expect(due).toEqual(["first at 100", "second at 200", "third at 300", "fourth at 360"]);
});

test("a deadline that moved is due where it moved to, also behind the time for which the timer was set", async () => {
  const due = await played((clock, at) => {
    clock.set("session", 100);
    at(50, () => clock.set("session", 100));
    at(140, () => clock.set("session", 100));
  });
  expect(due).toEqual(["session at 240"]);
});

test("a deadline that moved nearer is due there", async () => {
  const due = await played((clock, at) => {
    clock.set("session", 1_000);
    at(50, () => clock.set("session", 100));
  });
  expect(due).toEqual(["session at 150"]);
});

test("a deadline that was cleared is not due, and keeps no other from being so", async () => {
  const due = await played((clock, at) => {
    clock.set("cleared", 100);
    clock.set("kept", 200);
    at(50, () => clock.clear("cleared"));
  });
  expect(due).toEqual(["kept at 200"]);
});

test("what falls due together is due together, and may be set anew by whoever hears of it", async () => {
  const due = await played((clock, _, heard) => {
    clock.set("one", 100);
    clock.set("two", 100);
    heard(name => name === "one" && clock.set("again", 50));
  });
  expect(due).toEqual(["one at 100", "two at 100", "again at 150"]);
});

type At = (ms: number, act: () => void) => void;
type Heard = (hear: (name: string) => unknown) => void;

/** What was due, and when, in milliseconds since the start. */
async function played(script: (clock: DeadlineClock, at: At, heard: Heard) => void): Promise<string[]> {
  const small = new SmallSite(["broker"]);
  const due: string[] = [];
  small.site.start("broker", (host: Host) => {
    const startMs = host.clock.monotonic();
    let hear: (name: string) => unknown = () => undefined;
    const clock = new DeadlineClock(host, name => {
      due.push(`${name} at ${host.clock.monotonic() - startMs}`);
      hear(name);
    });
    script(
      clock,
      (ms, act) => void host.timer(ms, act),
      told => (hear = told),
    );
  });
  await small.play();
  return due;
}
