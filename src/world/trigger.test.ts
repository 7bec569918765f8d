import { expect, test } from "vitest";
import type { HostEvent } from "../host/event.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { Trigger } from "./fault.ts";
import { Triggers } from "./trigger.ts";

/** What has fired behind each of the events, of one trigger. */
function firedBehind(when: Trigger, events: readonly (readonly [role: string, about: Omit<HostEvent, "event">])[]) {
  const triggers = new Triggers(new Kernel({ seed: "a" }), () => {});
  let fired = 0;
  triggers.arm("one", when, "tm0", () => fired++);
  return events.map(([role, about]) => {
    triggers.onEmit(role, { event: "task.running", ...about });
    return fired;
  });
}

test("a trigger fires at the event that it names, and at no other one of that name", () => {
  const event = "task.running";
  expect(
    firedBehind(
      { on: { event, attempt: 2 } },
      [1, 2, 3].map(attempt => ["tm0", { attempt }]),
    ),
  ).toEqual([0, 1, 1]);
  expect(
    firedBehind(
      { on: { event, checkpoint: 2 } },
      [1, 2, 3].map(checkpoint => ["tm0", { checkpoint }]),
    ),
  ).toEqual([0, 1, 1]);
  expect(
    firedBehind(
      { on: { event, subtask: "b[0]" } },
      ["a[0]", "b[0]", "c[0]"].map(subtask => ["tm0", { subtask }]),
    ),
  ).toEqual([0, 1, 1]);
  expect(
    firedBehind(
      { on: { event, role: "tm1" } },
      ["tm0", "tm1", "tm2"].map(role => [role, {}]),
    ),
  ).toEqual([0, 1, 1]);
});

test("a trigger that names more than one thing wants them all", () => {
  const when: Trigger = { on: { event: "task.running", role: "tm1", subtask: "a[0]", checkpoint: 3, attempt: 2 } };
  const right = { subtask: "a[0]", checkpoint: 3, attempt: 2 };
  expect(
    firedBehind(when, [
      ["tm0", right],
      ["tm1", { ...right, subtask: "a[1]" }],
      ["tm1", { ...right, checkpoint: 2 }],
      ["tm1", { ...right, attempt: 1 }],
      ["tm1", {}],
      ["tm1", right],
    ]),
  ).toEqual([0, 0, 0, 0, 0, 1]);
});

test("a trigger counts the events that it means, fires once, and never behind the end of the storm", () => {
  const when: Trigger = { on: { event: "task.running", attempt: 2 }, nth: 2 };
  const attempts = [2, 1, 1, 2, 2, 2];
  expect(
    firedBehind(
      when,
      attempts.map(attempt => ["tm0", { attempt }]),
    ),
  ).toEqual([0, 0, 0, 1, 1, 1]);

  const triggers = new Triggers(new Kernel({ seed: "a" }), () => {});
  let fired = 0;
  triggers.arm("one", when, "tm0", () => fired++);
  triggers.onEmit("tm0", { event: "task.running", attempt: 2 });
  triggers.close();
  triggers.onEmit("tm0", { event: "task.running", attempt: 2 });
  expect(fired).toBe(0);
});
