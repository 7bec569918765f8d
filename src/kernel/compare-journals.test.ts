import { expect, test } from "vitest";
import { compareJournals } from "./compare-journals.ts";
import { Journal } from "./journal.ts";

test("equal recordings have no difference", () => {
  expect(compareJournals(recorded(["call 1", "say a"]), recorded(["call 1", "say a"]))).toBeUndefined();
});

test("the first call that differs is told with both sides' words and what both had said before", () => {
  const a = recorded(["say start", "call 1", "call 2", "say end"]);
  const b = recorded(["say start", "call 1", "call 3", "say other"]);
  expect(compareJournals(a, b, kind => (kind === 4 ? "write" : "?"))).toEqual({
    atUs: 3000,
    a: "3.000 ms tm0 write 2",
    b: "3.000 ms tm0 write 3",
    ownerA: "tm0",
    ownerB: "tm0",
    before: [{ atUs: 1000, owner: "tm0", what: "start" }],
  });
});

test("words that part before the calls do come first", () => {
  const difference = compareJournals(recorded(["say a", "call 1"]), recorded(["say b", "call 2"]));
  expect(difference).toMatchObject({ a: "1.000 ms tm0 a", b: "1.000 ms tm0 b" });
});

test("a run that goes on where the other has ended differs there", () => {
  const difference = compareJournals(recorded(["call 1"]), recorded(["call 1", "call 2"]));
  expect(difference).toMatchObject({ atUs: 2000, a: undefined, b: "2.000 ms tm0 kind 4 2", ownerA: undefined });
});

test("recording changes no digest", () => {
  const steps = ["say a", "call 1", "call 2"];
  expect(recorded(steps).digest.hex).toBe(recorded(steps, new Journal()).digest.hex);
  expect(recorded(steps).digest.hex).not.toBe(recorded(["call 1", "call 3"]).digest.hex);
});

/** One millisecond a step: `call N` folds N, `say W` notes W. */
function recorded(steps: readonly string[], journal = new Journal({ record: true })): Journal {
  journal.introduce(0, "tm0");
  steps.forEach((step, i) => {
    const atUs = (i + 1) * 1000;
    const [verb, word] = step.split(" ") as [string, string];
    if (verb === "call") journal.fold(4, atUs, 0, Number(word));
    else journal.note(() => ({ atUs, owner: "tm0", what: word }));
  });
  return journal;
}
