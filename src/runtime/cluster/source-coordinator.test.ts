import { expect, test } from "vitest";
import type { EnumeratorContext, Source } from "../api/source.ts";
import { ManualHost, settle } from "../checkpoint/test/manual-host.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import { SourceCoordinator } from "./source-coordinator.ts";

/** An enumerator whose assignments the test makes; its state, which it goes on changing, is how many it made. */
function bench() {
  const state = { assigned: 0 };
  let context: EnumeratorContext<unknown> | undefined;
  const source: Source<unknown> = {
    kind: "test",
    boundedness: "unbounded",
    createEnumerator: given => {
      context = given;
      return { start() {}, addReader() {}, addSplitsBack() {}, snapshotState: () => state, close() {} };
    },
    createReader: () => {
      throw new Error("no reader here");
    },
  };
  const sent: unknown[] = [];
  const arrivals: { readonly arrive: () => void; readonly lose: () => void }[] = [];
  const failures: string[] = [];
  const forGood: boolean[] = [];
  const coordinator = new SourceCoordinator({
    host: new ManualHost(),
    services: { broker: "", storageNodes: [], replicas: 1, rpcTimeoutMs: 1, transactionTimeoutMs: 1 },
    source,
    uid: "s",
    vertex: "s",
    parallelism: 1,
    restored: undefined,
    deliver: (_subtask, event) => {
      sent.push(event.kind === "assign-splits" ? event.splits[0] : event.kind);
      return new Promise((resolve, reject) =>
        arrivals.push({ arrive: resolve, lose: () => reject(new Error("reset")) }),
      );
    },
    fail(cause, isForGood) {
      failures.push(cause);
      forGood.push(isForGood);
    },
  });
  const assign = (): void => context!.assign(0, [++state.assigned]);
  return { coordinator, assign, sent, arrivals, failures, forGood, context: context! };
}

test("the enumerator's state is given when every assignment before it has arrived", async () => {
  const { coordinator, assign, arrivals } = bench();
  assign();
  let state: unknown;
  void coordinator.snapshot(1).then(snapshot => (state = snapshot.state));
  await settle();
  expect(state).toBeUndefined();
  arrivals[0]!.arrive();
  await settle();
  expect(state).toEqual({ assigned: 1 });
});

test("an assignment that is made while others are waited for is neither in the state nor before the trigger", async () => {
  const { coordinator, assign, arrivals, sent } = bench();
  assign();
  const snapshot = coordinator.snapshot(1);
  assign();
  arrivals[0]!.arrive();
  expect((await snapshot).state).toEqual({ assigned: 1 });
  expect(sent).toEqual([1]);
  coordinator.openGate();
  expect(sent).toEqual([1, 2]);
});

test("an assignment that is made behind the state is sent behind the trigger", async () => {
  const { coordinator, assign, sent } = bench();
  await coordinator.snapshot(1);
  assign();
  expect(sent).toEqual([]);
  coordinator.openGate();
  expect(sent).toEqual([1]);
});

test("an assignment that may be lost fails the attempt, and the state is never taken", async () => {
  const { coordinator, assign, arrivals, failures } = bench();
  assign();
  let taken = false;
  void coordinator.snapshot(1).then(() => (taken = true));
  arrivals[0]!.lose();
  await settle();
  expect(taken).toBe(false);
  expect(failures).toHaveLength(1);
});

test("what an enumerator knows to be lost for good fails the job for good, and whatever else fails the attempt", () => {
  for (const [cause, forGood] of [
    [new Unrecoverable("the topic is gone"), true],
    [new Error("the topic is not there yet"), false],
  ] as const) {
    const { context, ...made } = bench();
    context.fail(cause);
    expect(made.failures).toEqual([`source s: ${cause.message}`]);
    expect(made.forGood).toEqual([forGood]);
  }
});
