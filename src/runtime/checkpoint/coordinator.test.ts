import { expect, test } from "vitest";
import { RpcError } from "../../rpc/rpc-error.ts";
import type { SubtaskSnapshot } from "../task/task-contract.ts";
import { CheckpointStore } from "./checkpoint-store.ts";
import { leaderKey, pointerKey, type PointerRecord } from "./coordination-keys.ts";
import { CheckpointCoordinator, type CheckpointSettings } from "./coordinator.ts";
import { Discarder } from "./discarder.ts";
import type { LeaderTerm } from "./guarded-register.ts";
import { ManualHost, settle } from "./test/manual-host.ts";
import { MemoryCoordination } from "./test/memory-coordination.ts";
import { MemoryStorage } from "./test/memory-storage.ts";

/** A job of two subtasks, `source[0]` and `sum[0]`, whose checkpoints a test acknowledges by hand. */
class Bench {
  readonly host = new ManualHost();
  readonly coordination = new MemoryCoordination();
  readonly storage = new MemoryStorage();
  readonly triggered: number[] = [];
  readonly notified: string[] = [];
  readonly failures: string[] = [];
  /** Replaces the trigger, to fail or to wait. */
  onTrigger: () => Promise<void> = () => Promise.resolve();
  /** Replaces what the enumerators give, to wait. */
  onEnumerators: () => Promise<void> = () => Promise.resolve();
  readonly coordinator: CheckpointCoordinator;
  readonly store: CheckpointStore;
  #lastId = 0;

  constructor(settings: Partial<CheckpointSettings> = {}) {
    const { host, coordination, storage } = this;
    const token = coordination.put(leaderKey, {});
    const term: LeaderTerm = { host, coordination, token, over: false, deposed: () => new Promise(() => {}) };
    this.store = new CheckpointStore(term, { job: "j", storage, location: "dfs:///c/j", retained: 1 });
    this.coordinator = new CheckpointCoordinator({
      host,
      storage,
      store: this.store,
      discarder: new Discarder(host, storage),
      ids: { nextCheckpoint: () => Promise.resolve(++this.#lastId) },
      settings: {
        job: "j",
        leader: token,
        intervalMs: 100,
        timeoutMs: 1_000,
        minPauseMs: 0,
        tolerableFailures: 0,
        ...settings,
      },
      job: {
        plan: () => ({
          attempt: 1,
          awaited: executions,
          finished: [],
          vertices: ["source", "sum"].map(vertex => ({ vertex, parallelism: 1, maxParallelism: 128 })),
        }),
        snapshotEnumerators: async () => {
          await this.onEnumerators();
          return [{ uid: "source", state: { left: 0 } }];
        },
        trigger: id => {
          this.triggered.push(id);
          return this.onTrigger();
        },
        notifyComplete: id => void this.notified.push(`complete ${id}`),
        notifyAborted: id => void this.notified.push(`abort ${id}`),
        fail: cause => void this.failures.push(cause),
      },
    });
  }

  /** The subtask uploads its file and acknowledges. */
  acknowledge(execution: string, checkpoint: number): string {
    return this.coordinator.acknowledge(execution, checkpoint, this.snapshot(execution, checkpoint));
  }

  async acknowledgeAll(checkpoint: number): Promise<void> {
    for (const execution of executions) this.acknowledge(execution, checkpoint);
    await settle();
  }

  snapshot(execution: string, checkpoint: number): SubtaskSnapshot {
    const path = `chk-${checkpoint}/${execution}.state`;
    this.storage.files.set(path, new Uint8Array(1));
    const [vertex] = execution.split("[");
    return {
      vertex: vertex!,
      subtask: 0,
      parallelism: 1,
      files: [{ path, length: 1, crc32c: 0 }],
      operators: [],
      finished: false,
    };
  }

  pointed(): number[] {
    return ((this.coordination.value(pointerKey("j")) as PointerRecord | undefined)?.completed ?? []).map(
      ({ checkpoint }) => checkpoint,
    );
  }
}

const executions = ["source[0]#1", "sum[0]#1"] as const;

test("a checkpoint completes when every subtask has acknowledged, and is notified afterwards", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  expect(bench.triggered).toEqual([1]);
  bench.acknowledge("source[0]#1", 1);
  await settle();
  expect(bench.pointed()).toEqual([]);
  bench.acknowledge("sum[0]#1", 1);
  await settle();
  expect(bench.pointed()).toEqual([1]);
  expect(bench.notified).toEqual(["complete 1"]);
  expect(bench.host.said("metadata.write", "checkpoint.complete", "commit.notify")).toEqual([
    "metadata.write",
    "checkpoint.complete",
    "commit.notify",
  ]);
});

test("nobody is notified while the pointer is not known to be written", async () => {
  const bench = new Bench();
  let release = (): void => {};
  bench.coordination.beforeWrite = () => new Promise(resolve => (release = resolve));
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  expect(bench.storage.files.has("chk-1/metadata-1")).toBe(true);
  expect(bench.notified).toEqual([]);
  release();
  await settle();
  expect(bench.notified).toEqual(["complete 1"]);
});

test("a lost answer to the pointer's write completes the checkpoint once", async () => {
  const bench = new Bench();
  bench.coordination.answersToLose = 1;
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  expect(bench.notified).toEqual([]);
  await bench.host.advance(50);
  expect(bench.notified).toEqual(["complete 1"]);
  expect(bench.coordination.applied).toHaveLength(1);
  expect(bench.storage.removed).toEqual([]);
});

test("an expired checkpoint is aborted, never completes, and loses its files", async () => {
  const bench = new Bench({ tolerableFailures: 9 });
  await bench.host.advance(100);
  bench.acknowledge("source[0]#1", 1);
  await bench.host.advance(1_000);
  expect(bench.notified).toEqual(["abort 1"]);
  expect(bench.acknowledge("sum[0]#1", 1)).toBe("discarded");
  await settle();
  expect(bench.pointed()).toEqual([]);
  expect(bench.storage.removed).toEqual(["chk-1/source[0]#1.state", "chk-1/sum[0]#1.state"]);
});

test("a checkpoint that expires while enumerators are waited for is triggered nowhere", async () => {
  const bench = new Bench({ tolerableFailures: 9, intervalMs: 5_000 });
  let release = (): void => {};
  bench.onEnumerators = () => new Promise(resolve => (release = resolve));
  await bench.host.advance(5_000);
  await bench.host.advance(1_000);
  expect(bench.notified).toEqual(["abort 1"]);
  release();
  await settle();
  expect(bench.triggered).toEqual([]);
});

test("a checkpoint that expires while its metadata is written is never published", async () => {
  const bench = new Bench({ tolerableFailures: 9, intervalMs: 5_000 });
  let release = (): void => {};
  bench.storage.beforeWrite = () => new Promise(resolve => (release = resolve));
  await bench.host.advance(5_000);
  await bench.acknowledgeAll(1);
  await bench.host.advance(1_000);
  release();
  await settle();
  expect(bench.notified).toEqual(["abort 1"]);
  expect(bench.pointed()).toEqual([]);
  expect(bench.storage.files.size).toBe(0);
});

test("a checkpoint that is being published does not expire", async () => {
  const bench = new Bench();
  let release = (): void => {};
  bench.coordination.beforeWrite = () => new Promise(resolve => (release = resolve));
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  await bench.host.advance(5_000);
  expect(bench.notified).toEqual([]);
  release();
  await settle();
  expect(bench.notified).toEqual(["complete 1"]);
  expect(bench.failures).toEqual([]);
});

test("a duplicate acknowledgement changes nothing", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  bench.acknowledge("source[0]#1", 1);
  expect(bench.acknowledge("source[0]#1", 1)).toBe("duplicate");
  await settle();
  expect(bench.pointed()).toEqual([]);
  expect(bench.storage.removed).toEqual([]);
});

test("a foreign acknowledgement counts for nothing and its files are discarded once", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  expect(bench.acknowledge("sum[0]#0", 1)).toBe("unknown-task");
  await settle();
  expect(bench.storage.removed).toEqual(["chk-1/sum[0]#0.state"]);
});

test("an acknowledgement that comes again after completion keeps the files", async () => {
  const bench = new Bench({ intervalMs: 5_000 });
  await bench.host.advance(5_000);
  await bench.acknowledgeAll(1);
  expect(bench.acknowledge("sum[0]#1", 1)).toBe("discarded");
  await settle();
  expect(bench.storage.removed).toEqual([]);
});

test("a subsumed checkpoint's files go when the next one is complete, and not before", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  await bench.host.advance(100);
  expect(bench.storage.removed).toEqual([]);
  await bench.acknowledgeAll(2);
  await settle();
  expect(bench.storage.removed).toEqual(["chk-1/source[0]#1.state", "chk-1/sum[0]#1.state", "chk-1/metadata-1"]);
  expect(bench.pointed()).toEqual([2]);
});

test("one checkpoint at a time, and the pause counts from the end of the last", async () => {
  const bench = new Bench({ minPauseMs: 250 });
  await bench.host.advance(350);
  expect(bench.triggered).toEqual([1]);
  await bench.acknowledgeAll(1);
  await bench.host.advance(249);
  expect(bench.triggered).toEqual([1]);
  await bench.host.advance(1);
  expect(bench.triggered).toEqual([1, 2]);
});

test("failures above the limit fail the job", async () => {
  const bench = new Bench({ tolerableFailures: 1 });
  await bench.host.advance(1_100);
  expect(bench.failures).toEqual([]);
  await bench.host.advance(1_100);
  expect(bench.failures).toHaveLength(1);
});

test("a completed checkpoint resets the count of failures", async () => {
  const bench = new Bench({ tolerableFailures: 1 });
  await bench.host.advance(1_100);
  await bench.acknowledgeAll(2);
  await bench.host.advance(1_100);
  expect(bench.notified).toEqual(["abort 1", "complete 2", "abort 3"]);
  expect(bench.failures).toEqual([]);
});

test("a failed upload of a subtask counts as a failure, a subtask that is not ready does not", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  bench.coordinator.decline("sum[0]#1", 1, "task-not-running");
  expect(bench.failures).toEqual([]);
  await bench.host.advance(100);
  bench.coordinator.decline("sum[0]#1", 2, "snapshot-failed");
  expect(bench.failures).toHaveLength(1);
});

test("a trigger that is lost aborts the checkpoint and the next one follows", async () => {
  const bench = new Bench();
  bench.onTrigger = () => Promise.reject(new Error("reset"));
  await bench.host.advance(100);
  expect(bench.notified).toEqual(["abort 1"]);
  bench.onTrigger = () => Promise.resolve();
  await bench.host.advance(100);
  await bench.acknowledgeAll(2);
  expect(bench.pointed()).toEqual([2]);
});

test("when all sources have ended the next checkpoint does not wait for the interval", async () => {
  const bench = new Bench({ intervalMs: 60_000 });
  await bench.host.advance(5);
  bench.coordinator.sourcesEnded();
  await settle();
  expect(bench.triggered).toEqual([1]);
});

test("stopping aborts what can be aborted", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  bench.acknowledge("source[0]#1", 1);
  await bench.coordinator.stop();
  await bench.acknowledgeAll(1);
  await bench.host.advance(1_000);
  expect(bench.pointed()).toEqual([]);
  expect(bench.triggered).toEqual([1]);
  expect(bench.notified).toEqual([]);
});

test("stopping waits for a pointer whose write is under way", async () => {
  const bench = new Bench();
  let release = (): void => {};
  bench.coordination.beforeWrite = () => new Promise(resolve => (release = resolve));
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  let stopped = false;
  void bench.coordinator.stop().then(() => (stopped = true));
  await settle();
  expect(stopped).toBe(false);
  release();
  await settle();
  expect(stopped).toBe(true);
  expect(bench.store.newest?.id).toBe(1);
});

test("a checkpoint that waits for a subtask that has ended is given up at once, and counts for nobody's failure", async () => {
  const bench = new Bench();
  await bench.host.advance(100);
  bench.coordinator.executionEnded(executions[0]!);
  await bench.host.advance(50);
  expect(bench.host.said("checkpoint.abort")).toEqual(["checkpoint.abort"]);
  await bench.host.advance(1_000);
  expect(bench.failures).toEqual([]);
});

test("a checkpoint whose metadata cannot be written is given up at once, and not when its time is over", async () => {
  const bench = new Bench({ tolerableFailures: 5 });
  bench.storage.beforeWrite = () => Promise.reject(new RpcError("unknown", "timed-out", "store.put"));
  await bench.host.advance(100);
  await bench.acknowledgeAll(1);
  await bench.host.advance(10);
  expect(bench.notified).toEqual(["abort 1"]);
});

test("when the sources have ended one checkpoint is taken at once, and the next in its interval", async () => {
  const bench = new Bench({ intervalMs: 1_000 });
  bench.coordinator.sourcesEnded();
  await bench.host.advance(1);
  expect(bench.triggered).toEqual([1]);
  await bench.acknowledgeAll(1);
  await bench.host.advance(500);
  expect(bench.triggered).toEqual([1]);
});
